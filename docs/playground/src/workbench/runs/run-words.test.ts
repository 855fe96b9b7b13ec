import { signal } from '@preact/signals'
import { describe, expect, it } from 'vitest'
import type { LoadedAdapter, Run, RunSettings, RunStatus, RunStep } from '../contract.js'
import { evaluateCommand, folderName, tryCommand } from './export-commands.js'
import { aboutOf, progressWords, recentLoss, tokensPerSecond } from './run-words.js'

const settings = {
  base: 'decoder',
  data: { kind: 'built-in', name: 'moby-dick' },
  method: 'bca:p=16',
  targets: ['all-linear'],
  steps: 200,
} as const satisfies Partial<RunSettings>

interface Told {
  readonly settings?: Partial<RunSettings>
  readonly status?: RunStatus
  readonly doing?: string
  readonly steps?: readonly Partial<RunStep>[]
  readonly loaded?: Partial<LoadedAdapter>
}

/** A run as far as its words go. */
function runOf({ settings: changed, status = 'training', doing, steps = [], loaded }: Told): Run {
  return {
    settings: signal(loaded ? undefined : { ...settings, ...changed }),
    status: signal(status),
    doing: signal(doing),
    steps: signal(steps),
    facts: signal(loaded && { loaded }),
  } as unknown as Run
}

const table = { kind: 'table', fileName: "Ann's reviews.tsv", text: '', columns: {} } as const
const reviews = { base: 'encoder', data: table } as const

describe('progressWords', () => {
  it.each<[Told, string]>([
    [{ status: 'preparing', doing: 'reading Moby-Dick' }, 'Reading Moby-Dick'],
    [{ steps: [{ step: 34 }] }, 'Training, step 34 of 200'],
    [{ status: 'paused', steps: [{ step: 34 }] }, 'Paused, step 34 of 200'],
    [
      { status: 'measuring', doing: 'measuring: 20 %', steps: [{ step: 200 }] },
      'Measuring: 20 %, step 200 of 200',
    ],
    [{ status: 'finished', steps: [{ step: 200 }] }, 'Finished after 200 steps'],
    [{ status: 'failed', steps: [{ step: 7 }] }, 'Stopped, step 7 of 200'],
    [{ status: 'finished', loaded: {} }, 'Ready'],
  ])('of %o', (told, words) => {
    expect(progressWords(runOf(told))).toBe(words)
  })
})

describe('aboutOf', () => {
  it('tells the data and the layers, or what a loaded adapter is for', () => {
    expect(aboutOf(runOf({}))).toBe('Moby-Dick, all linear layers')
    expect(aboutOf(runOf({ settings: { targets: ['q_proj', 'v_proj'] } }))).toBe('Moby-Dick, q_proj, v_proj')
    expect(aboutOf(runOf({ settings: { method: 'full' } }))).toBe('Moby-Dick, no adapter')
    expect(aboutOf(runOf({ loaded: { base: 'encoder', data: 'era' } }))).toBe(
      'from files, for the encoder, trained on era of a speech',
    )
  })
})

describe('the last steps', () => {
  it('give the speed and the loss, the first ones none', () => {
    const steps = Array.from({ length: 20 }, (_, index) => ({
      loss: index < 10 ? 100 : 2,
      tokens: 300,
      milliseconds: index < 10 ? 9000 : 100,
    })) as unknown as RunStep[]
    expect(tokensPerSecond(steps)).toBe(3000)
    expect(recentLoss(steps)).toBe(2)
    expect([tokensPerSecond([]), recentLoss([])]).toEqual([undefined, undefined])
  })
})

describe('the commands', () => {
  it.each<[Told, string]>([
    [{}, '--model decoder --adapter moby-dick-bca-p-16 --task lm --data moby-dick'],
    [
      { settings: { ...reviews, method: 'lora:r=8' } },
      "--model encoder --adapter Ann-s-reviews-lora-r-8 --task classify --data './Ann'\\''s reviews.tsv'",
    ],
    [{ settings: { method: 'full' } }, '--model moby-dick-full --task lm --data moby-dick'],
    [
      { settings: { data: { kind: 'text', fileName: '-x.txt', text: '' } } },
      "--model decoder --adapter x-bca-p-16 --task lm --data './-x.txt'",
    ],
    [
      { settings: { base: 'encoder', data: { kind: 'built-in', name: 'era' } } },
      '--model encoder --adapter era-bca-p-16 --task era',
    ],
    [
      { loaded: { base: 'decoder', method: 'lora:r=2', record: undefined, data: undefined } },
      '--model decoder --adapter lora-r-2 --task TASK --data FILE',
    ],
  ])('measure in Node what is held out of %o', (told, options) => {
    expect(evaluateCommand(runOf(told))).toBe(`npm run gyre -- evaluate ${options}`)
  })

  it('try a decoder, and no encoder', () => {
    expect(tryCommand(runOf({}))).toBe(
      'npm run gyre -- generate --model decoder --adapter moby-dick-bca-p-16 --prompt "The whale"',
    )
    expect(tryCommand(runOf({ settings: reviews }))).toBeUndefined()
    expect(folderName(runOf({ settings: reviews }))).toBe('Ann-s-reviews-bca-p-16')
  })
})
