import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Cell } from './cell.js'
import { readGrid } from './grid.js'
import { planSweep } from './plan.js'

const folder = mkdtempSync(join(tmpdir(), 'gyre-grid-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const lines = {
  models: [
    'models:',
    '  decoder:',
    '    config: small-llama',
    '    text: training-speeches',
    '    pretraining: { steps: 5 }',
    '    targets: [q_proj, v_proj]',
  ],
  tasks: ['tasks:', '  novel: { task: lm, data: moby-dick }'],
  training: ['training: { steps: 10 }'],
  methods: [
    'methods:',
    '  - { method: bca, sizes: [64, 192], learning-rates: [0.1, 1] }',
    '  - { method: "lora:alpha=8", budgets: bca, learning-rates: [0.01] }',
  ],
  seeds: ['seeds: [1, 2]'],
  quick: ['quick:', '  training: { batch-size: 2 }', '  seeds: [7]'],
}

/** A grid in which some parts are replaced. */
function write(parts: Partial<typeof lines> = {}): string {
  const path = join(folder, 'grid.yaml')
  writeFileSync(
    path,
    Object.values({ ...lines, ...parts })
      .flat()
      .join('\n'),
  )
  return path
}

const read = (parts: Partial<typeof lines> = {}, quick = false) => readGrid(write(parts), { quick })

describe('a grid', () => {
  it('is read with the defaults of gyre finetune', async () => {
    const grid = await read()
    expect(grid).toMatchObject({ name: 'grid', seeds: [1, 2], tuningSeed: 0 })
    expect(grid.tasks[0]!.training).toMatchObject({ steps: 10, batchSize: 8, sequenceLength: 64 })
    expect(grid.models[0]!.base).toMatchObject({ kind: 'recipe', text: { written: 'training-speeches' } })
  })

  it('has smaller settings laid over it, mappings key by key, where it is quick', async () => {
    const grid = await read({}, true)
    expect(grid.seeds).toEqual([7])
    expect(grid.tasks[0]!.training).toMatchObject({ steps: 10, batchSize: 2 })
    expect(grid.methods).toHaveLength(2)
  })

  it.each<[string, Partial<typeof lines>, RegExp]>([
    ['no YAML', { seeds: ['seeds: [1, 2'] }, /grid\.yaml:\d+: /],
    [
      'an unknown key',
      { seeds: ['seed: [1]'] },
      /grid\.yaml:13: seed: there is no such key; did you mean seeds\?/,
    ],
    [
      'an unknown task',
      { tasks: ['tasks:', '  a: { task: sst3, data: x }'] },
      /:8: tasks\.a\.task: 'sst3' is unknown; did you mean sst2\?/,
    ],
    [
      'an unknown method',
      { methods: ['methods:', '  - { method: "lorra:r=4", learning-rates: [1] }'] },
      /:11: methods\[1\]\.method: 'lorra:r=4' is unknown; did you mean lora\?/,
    ],
    [
      'a rate that is no number',
      { methods: ['methods:', '  - { method: head, learning-rates: [fast] }'] },
      /:11: methods\[1\]\.learning-rates\[1\]: expected a number above 0, got "fast"/,
    ],
    ['a number where a list belongs', { seeds: ['seeds: 3'] }, /:13: seeds: expected a list, got 3/],
    ['a seed twice', { seeds: ['seeds: [3, 3]'] }, /:13: seeds\[2\]: 3 stands here twice/],
    ['an alias to itself', { seeds: ['seeds: &a [1, *a]'] }, /:13: seeds\[2\]: expected a plain value/],
    [
      'budgets of a row without sizes',
      { methods: ['methods:', '  - { method: lora, budgets: bca, learning-rates: [1] }'] },
      /:11: methods\[1\]\.budgets: expected a list of numbers; no row has sizes/,
    ],
    [
      'sizes of a model that is not there',
      { methods: ['methods:', '  - { method: bca, sizes: { decodr: [64] }, learning-rates: [1] }'] },
      /:11: methods\[1\]\.sizes\.decodr: there is no such key; did you mean decoder\?/,
    ],
    [
      'more warm-up than steps',
      { training: ['training: { steps: 3, warmup-steps: 4 }'] },
      /:9: training\.warmup-steps: 4 steps are more than the 3 of the run/,
    ],
    ['a part that is missing', { methods: [] }, /:1: expected the key methods/],
    [
      'a task without its data',
      { tasks: ['tasks:', '  a: { task: sst2 }'] },
      /:8: tasks\.a: the task sst2 needs data/,
    ],
    [
      'a model that is not there',
      { models: ['models:', '  a: { folder: nowhere }'] },
      /:2: models\.a\.folder: .*nowhere/,
    ],
    [
      'an unknown configuration',
      { models: ['models:', '  a: { config: smal-llama, text: moby-dick, pretraining: { steps: 1 } }'] },
      /:2: models\.a\.config: smal-llama: expected small-llama, small-roberta, or a file/,
    ],
  ])('with %s is one sentence with its line', async (_name, parts, sentence) => {
    await expect(read(parts)).rejects.toThrow(sentence)
    await expect(read(parts)).rejects.toHaveProperty('message', expect.not.stringContaining('\n'))
  })

  it('without the key quick has no quick settings', async () => {
    await expect(read({ quick: [] }, true)).rejects.toThrow(/grid\.yaml:1: --quick needs the key quick/)
  })
})

/** The costs of a plan's only setting. */
async function planOf(method: string, sizes: string) {
  const methods = ['methods:', `  - { method: ${method}, ${sizes}, learning-rates: [0.1] }`]
  return (await planSweep(await read({ methods }))).groups[0]!.setting.costs
}

describe('the plan of a grid', () => {
  it('tries every rate on the tuning seed, and matches budgets', async () => {
    const { groups, leftOut } = await planSweep(await read())
    // Six layers of 192 × 192: 3,456 numbers at p = 64, 1,152 at 192, which is less than any LoRA's.
    expect(groups.map(({ setting }) => [setting.method, setting.costs.trainableParameters])).toEqual([
      ['bca:p=64', 3456],
      ['bca:p=192', 1152],
      ['lora:r=1:alpha=8', 2304],
    ])
    expect(leftOut).toEqual(['decoder, novel: no lora trains only 1152 numbers'])
    expect(groups[0]!.tuning.map(({ learningRate, seed }) => [learningRate, seed])).toEqual([
      [0.1, 0],
      [1, 0],
    ])
    // One rate leaves nothing to choose.
    expect(groups[2]!.tuning).toEqual([])
  })

  it('gives budgets to a row whose block sizes the gradients choose', async () => {
    const methods = [
      ...lines.methods,
      '  - { name: auto, method: "bca:p=auto", budgets: bca, learning-rates: [0.01, 0.1] }',
      '  - { name: own, method: "bca:p=auto:budget=3000:by=magnitude", learning-rates: [0.01] }',
    ]
    const { groups } = await planSweep(await read({ methods }))
    const automatic = groups.filter(({ setting }) => setting.automatic)
    expect(groups).toHaveLength(3 + automatic.length)
    expect(automatic.map(({ setting, tuning }) => [setting.method, setting.budget, tuning.length])).toEqual([
      ['bca:p=auto:budget=3456', 3456, 2],
      ['bca:p=auto:budget=1152', 1152, 2],
      ['bca:p=auto:budget=3000:by=magnitude', 3000, 0],
    ])
    // Costs until the sizes are known: all of the budget's numbers, and the FLOPs of one size within it.
    const [uniform, chosen] = [groups[0]!, automatic[0]!].map(({ setting }) => setting.costs)
    expect(chosen).toEqual(uniform)
    expect(automatic[2]!.setting.costs).toMatchObject({
      trainableParameters: 3000,
      flopsPerToken: (await planOf('bca', 'sizes: [96]')).flopsPerToken,
    })
  })

  it.each([
    ['without a budget', 'method: "bca:p=auto"', /p=auto needs a budget/],
    [
      'with a budget that buys nothing',
      'method: "bca:p=auto:budget=191"',
      /budget 191 buys no adapter; the smallest one has 192 numbers/,
    ],
    ['with sizes besides', 'method: "bca:p=auto", sizes: [64]', /blockSize is given twice/],
    ['with two budgets', 'method: "bca:p=auto:budget=500", budgets: [600]', /blockSize is given twice/],
  ])('names the row whose block sizes are to be chosen %s', async (_name, row, sentence) => {
    const plan = read({ methods: ['methods:', `  - { ${row}, learning-rates: [0.1] }`] }).then(planSweep)
    await expect(plan).rejects.toThrow(sentence)
    await expect(plan).rejects.toThrow(/:11: methods\[1\]: /)
  })

  it('takes the sizes of each model where they differ, and budgets from them', async () => {
    const models = [...lines.models, ...lines.models.slice(1).map((line) => line.replace('decoder', 'other'))]
    const methods = [
      'methods:',
      '  - { method: bca, sizes: { decoder: [64], other: [96, 192] }, learning-rates: [0.1] }',
      '  - { method: "c3a", budgets: bca, learning-rates: [0.1] }',
    ]
    const { groups } = await planSweep(await read({ models, methods }))
    expect(groups.map(({ setting }) => `${setting.model.name} ${setting.method}`)).toEqual([
      'decoder bca:p=64',
      'decoder c3a:p=64',
      'other bca:p=96',
      'other bca:p=192',
      'other c3a:p=96',
      'other c3a:p=192',
    ])
    const oneOnly = methods.map((line) => line.replace(', other: [96, 192]', ''))
    await expect(read({ models, methods: oneOnly })).rejects.toThrow(
      /methods\[1\]\.sizes: expected sizes for each model; other has none/,
    )
  })

  it('names the row of a size that does not fit', async () => {
    const methods = ['methods:', '  - { method: bca, sizes: [65], learning-rates: [0.1] }']
    await expect(read({ methods }).then(planSweep)).rejects.toThrow(
      /:11: methods\[1\]: .*block size 65 does not divide/,
    )
  })
})

describe('a cell’s key', () => {
  const cells = async (parts: Partial<typeof lines> = {}): Promise<readonly Cell[]> =>
    (await planSweep(await read(parts))).groups.flatMap(({ tuning }) => tuning)

  it('is the same whatever the grid calls its parts', async () => {
    const models = lines.models.map((line) => line.replace('decoder', 'llama'))
    const methods = [lines.methods[0]!, lines.methods[1]!.replace('method: bca', 'name: ours, method: bca')]
    const renamed = await cells({ models, methods, quick: [], seeds: ['seeds: [5]'] })
    expect(renamed.map(({ key }) => key)).toEqual((await cells()).map(({ key }) => key))
    // Pinned: another key would compute every finished sweep again.
    expect(renamed[0]!.key).toBe('f4090103678ed9fd')
  })

  it('is another one where anything differs that decides the numbers', async () => {
    const keys = new Set<string>()
    for (const parts of [
      {},
      { training: ['training: { steps: 11 }'] },
      { training: ['training: { steps: 10, batch-size: 4 }'] },
      { models: lines.models.map((line) => line.replace('steps: 5', 'steps: 6')) },
      { tasks: ['tasks:', '  novel: { task: lm, data: speeches }'] },
      { seeds: ['tuning-seed: 9'] },
    ]) {
      for (const { key } of await cells(parts)) keys.add(key)
    }
    // Two sizes at two rates in each.
    expect(keys.size).toBe(6 * 4)
  })
})
