import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ResultRecord } from '@gyre/report'
import { describe, expect, it } from 'vitest'
import { advice } from '../benchmarks/studies/block-size/advice.js'
import { condense, type PlannedSetting, type SweepPlan } from '../benchmarks/studies/block-size/condense.js'
import { figurePrefix, figuresOf, sectionsOf } from '../benchmarks/studies/block-size/document.js'
import { placesOf } from '../benchmarks/studies/block-size/places.js'
import { readResults } from '../benchmarks/studies/block-size/study-results.js'
import { judgePlaces, rivalries, verdictOf } from '../benchmarks/studies/block-size/verdicts.js'
import { root } from './markdown-examples.js'

const read = (file: string): string => readFileSync(join(root, 'docs', file), 'utf8')

// What `npm run study -- block-size --docs` would write stands there already.
describe('docs/block-size.md', () => {
  const results = readResults()
  const text = read('block-size.md')

  it.each(Object.entries(sectionsOf(results)))(
    'has the section %s of the stored results',
    (name, section) => {
      expect(text).toContain(`<!-- ${name} -->\n\n${section}\n\n<!-- /${name} -->`)
    },
  )

  it('has the figures of the stored results, and no others', () => {
    const figures = figuresOf(results)
    expect(
      readdirSync(join(root, 'docs'))
        .filter((file) => file.startsWith(figurePrefix))
        .sort(),
    ).toEqual(
      [...Object.keys(figures), 'block-size.md'].filter((file) => file.startsWith(figurePrefix)).sort(),
    )
    for (const [file, figure] of Object.entries(figures)) expect(read(file)).toBe(figure)
  })

  it('says in its first lines which part of the study it is of', () => {
    const cells = results.settings.reduce((sum, setting) => sum + setting.cells, 0)
    const finished = results.settings.reduce((sum, setting) => sum + setting.finished, 0)
    const beginning = text.split('\n').slice(0, 6).join('\n')
    if (finished === cells) expect(beginning).toContain(`All ${cells.toLocaleString('en')} cells`)
    else expect(beginning).toContain('**Only a part of the study has run:')
  })
})

// Made-up results, of which it is known what follows from them.

const widths = { decoder: 16, encoder: 8 }
const rates = [0.01, 0.03, 0.1]
const seeds = [1, 2, 3]

/** A setting of every size of BCA, LoRA at its budgets, and full fine-tuning, on one task in two models. */
const plan: SweepPlan = {
  leftOut: [],
  settings: Object.entries(widths).flatMap(([model, width]) => {
    const base = {
      model,
      task: 'novel',
      learningRates: rates,
      seeds,
      cells: 6,
      missing: 0,
      estimatedSeconds: 0,
    }
    const sizes = [1, 2, 4, 8, 16].filter((p) => p <= width)
    return [
      ...sizes.flatMap((p): PlannedSetting[] => {
        const numbers = width ** 2 / p
        return [
          {
            ...base,
            row: 'bca',
            method: `bca:p=${p}`,
            budget: null,
            trainableParameters: numbers,
            flopsPerToken: 1e6 + p,
          },
          {
            ...base,
            row: 'lora',
            method: `lora:r=${16 / p}`,
            budget: numbers,
            trainableParameters: numbers,
            flopsPerToken: 9e5,
          },
        ]
      }),
      { ...base, row: 'full', method: 'full', budget: null, trainableParameters: 9999, flopsPerToken: 2e6 },
    ]
  }),
}

/** The records of a plan, with the loss that a method reaches with a seed; undefined diverges. */
function recordsOf(
  loss: (setting: PlannedSetting, seed: number) => number | undefined,
  settings = plan.settings,
): ResultRecord[] {
  return settings.flatMap((setting) => {
    const { model, task, method, row } = setting
    const record = (learningRate: number, seed: number, tuning: boolean): ResultRecord => {
      const value = loss(setting, seed)
      return {
        format: 1,
        kind: 'sweep',
        cell: `${model} ${method} ${learningRate} ${seed} ${tuning}`,
        settings: { model, task, row, method, 'learning-rate': learningRate, seed, tuning },
        versions: { node: 'v20' },
        metrics: {
          ...(value === undefined ? { diverged: 1 } : { loss: value }),
          processorSeconds: 10,
          peakBytes: 2e8,
        },
        curves: {},
        finishedAt: '',
      }
    }
    return [...rates.map((rate) => record(rate, 0, true)), ...seeds.map((seed) => record(0.03, seed, false))]
  })
}

const pOf = ({ method }: { readonly method: string }): number => Number(/p=(\d+)/.exec(method)?.[1] ?? 0)
/** Small blocks are a little better, the largest much worse; each seed adds the same to all but a hundredth. */
const lossOf = (setting: PlannedSetting, seed: number): number => {
  const own = setting.row === 'lora' ? 4.2 : pOf(setting) > 4 ? 4.5 : 4 + pOf(setting) / 1000
  return own + seed / 10 + ((pOf(setting) + seed) % 2) / 100
}
const study = condense(plan, recordsOf(lossOf))

describe('the advice of a study', () => {
  it('is the largest block that the seeds show to be level with the best, the most careful of all places', () => {
    const judged = judgePlaces(placesOf(study), study)
    expect(judged.map(({ place, suggested }) => [place.name, suggested?.blockSize])).toEqual([
      ['decoder, novel', 4],
      ['encoder, novel', 4],
    ])
    expect(judged[0]!.sizes.map(({ verdict }) => verdict)).toEqual([
      'level',
      'level',
      'level',
      'behind',
      'behind',
    ])
    // A quarter of 16 is more careful than a half of 8.
    expect(advice(study)).toContain(
      '**Take blocks of 1/4 of the layers’ width: p = 4 in the decoder (width 16), p = 2 in the encoder (width 8).**',
    )
  })

  it('counts the budgets at which the seeds show another method better or worse', () => {
    expect(rivalries(placesOf(study))).toEqual([{ row: 'lora', ahead: 3, behind: 6, open: 0 }])
    expect(advice(study)).toContain('lora better at 3 of 9 budgets and worse at 6')
  })

  it('is none without all seeds of all of BCA’s sizes, or with one seed', () => {
    const withoutOne = recordsOf(lossOf).filter(
      ({ settings }) => !(settings.method === 'bca:p=2' && settings.seed === 3),
    )
    const missing = {
      ...plan,
      settings: plan.settings.map((each) => (each.method === 'bca:p=2' ? { ...each, missing: 1 } : each)),
    }
    const partial = condense(missing, withoutOne)
    expect(advice(partial)).toBe(
      '**These results do not say which block size to take:** no model and task has every size of BCA with all its seeds yet.',
    )
    // What is not whole is not compared, and the page says how much is there.
    const { coverage, results } = sectionsOf(partial)
    expect(coverage).toMatch(
      /^\*\*Only a part of the study has run: 118 of 120 cells of the grid\.\*\* Below, only the 18 of 20 settings/,
    )
    expect(results).not.toContain('BCA, p=2 ')
    expect(results).toContain('BCA, p=4 ')
  })

  it('leaves a size open whose interval reaches over the margin, and takes none that diverged', () => {
    const noisy = condense(
      plan,
      recordsOf((setting, seed) =>
        pOf(setting) === 4
          ? 4 + seed / 2
          : pOf(setting) === 2 && seed === 2
            ? undefined
            : lossOf(setting, seed),
      ),
    )
    const [decoder] = judgePlaces(placesOf(noisy), noisy)
    expect(decoder!.sizes.map(({ blockSize, verdict }) => [blockSize, verdict])).toEqual([
      [1, 'level'],
      [4, 'open'],
      [8, 'behind'],
      [16, 'behind'],
    ])
    expect(advice(noisy)).toContain('the seeds leave open: decoder, novel, p = 4')
    expect(sectionsOf(noisy).results).toContain('Diverged: bca:p=2.')
  })

  it('calls a difference level only if its whole interval is within the margin', () => {
    const verdict = (mean: number, halfWidth: number | undefined) =>
      verdictOf({ mean, halfWidth, count: 3 }, 'loss')
    expect(verdict(0.02, 0.02)).toBe('level')
    expect(verdict(0.02, 0.04)).toBe('open')
    expect(verdict(0.06, 0.04)).toBe('behind')
    expect(verdict(0, undefined)).toBe('open')
  })
})

describe('the results of a study', () => {
  it('are paired by seed', () => {
    // Seeds lie 0.1 apart, and the differences a hundredth: unpaired, no interval would be so narrow.
    expect(sectionsOf(study).results).toMatch(/\| BCA, p=4 +\|.*\| 4\.211 ± 0\.249 +\| 0\.006 ± 0\.029 /)
  })

  it('before there are seeds are the rates that were tried, and said to decide nothing', () => {
    const tuning = recordsOf(lossOf).filter(
      ({ settings }) => settings.tuning === true && settings.model === 'decoder',
    )
    const missing = plan.settings.map((each) => ({ ...each, missing: each.model === 'decoder' ? 3 : 6 }))
    const { coverage, results } = sectionsOf(condense({ ...plan, settings: missing }, tuning))
    expect(coverage).toContain('No setting has all of its seeds (1, 2, 3) yet, so nothing is compared below.')
    expect(results).toContain('these numbers choose rates and decide nothing here')
    expect(results).toMatch(/\| bca:p=16 +\| +16 \| 0\.01 \\\* +\| +4\.500 \|/)
    expect(results).not.toContain('encoder')
    expect(figuresOf(condense({ ...plan, settings: missing }, tuning))).toEqual({})
  })

  it('are refused where they are of another grid', () => {
    const all = recordsOf(lossOf)
    const other = { ...plan, settings: plan.settings.map((each) => ({ ...each, missing: 6 })) }
    expect(() => condense(other, all)).toThrow('120 results, of which 0 are cells of the grid')
  })

  it('are drawn against numbers, FLOPs, time and memory as far as these differ', () => {
    const figure = figuresOf(study)['block-size-decoder-novel.svg']!
    expect(figure).toContain('Loss against trained parameters')
    expect(figure).toContain('Loss against FLOPs per token of a step')
    for (const label of ['bca', 'lora', 'full']) expect(figure).toContain(`>${label}</text>`)
    expect(figure).not.toContain('var(--series-9')
    expect(figure.match(/<svg/g)).toHaveLength(3)
  })
})
