import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { complaintOf, flags, gyre, jsonOf, outputOf } from './run-gyre.js'
import { timeout, tinyBases } from './tiny-bases.js'
import { tinyConfigs } from './tiny-runs.js'

const { inFolder, inputs, models, pretraining, languageModel, classifier } = tinyBases()

interface FinetuneJson {
  readonly out: string
  readonly method: string
  readonly steps: number
  readonly adapter: number
  readonly head: number
  readonly finalLoss: number
  readonly heldOut: { readonly [measure: string]: number }
}

let baseMeasures: FinetuneJson['heldOut']

beforeAll(async () => {
  baseMeasures = await jsonOf('evaluate', ...flags(languageModel))
}, timeout)

describe.concurrent('a language model', { timeout }, () => {
  it.each([
    { method: 'bca:p=8', rate: 0.2, parameters: (4 * 2 * 2 + 3 * 2 * 3) * 8, adapted: true },
    { method: 'lora:r=2', rate: 0.02, parameters: 4 * 2 * 32 + 3 * 2 * 40, adapted: true },
    { method: 'full', rate: 0.01, parameters: 11_184, adapted: false },
  ])('is fine-tuned with $method, and models the new text better', async ({ adapted, ...row }) => {
    const { method } = row
    const out = inFolder(`lm ${method}`)
    const training = { ...languageModel, out, steps: 40, method, 'learning-rate': row.rate }
    const trained = await jsonOf<FinetuneJson>('finetune', ...flags(training))
    expect(trained).toMatchObject({ out, method, steps: 40, head: 0 })
    expect(trained.adapter).toBe(row.parameters)
    expect(trained.heldOut.loss).toBeLessThan(baseMeasures.loss! - 0.5)
    expect(trained.heldOut.bitsPerCharacter).toBeLessThan(baseMeasures.bitsPerCharacter!)
    expect(readdirSync(out).sort()).toEqual(
      adapted
        ? ['adapter_config.json', 'adapter_model.safetensors', 'gyre_run.json']
        : ['config.json', 'gyre_run.json', 'model.safetensors', 'tokenizer.json'],
    )
    const used = adapted ? { model: models.llama, adapter: out } : { model: out }
    const measured = await jsonOf('evaluate', ...flags({ ...used, data: inputs.otherText, 'batch-size': 4 }))
    expect(measured).toEqual(trained.heldOut)
    const generated = await jsonOf<{ text: string; tokens: number[] }>(
      'generate',
      ...flags({ ...used, prompt: 'my rose', 'max-new-tokens': 5 }),
    )
    expect(generated.tokens).toHaveLength(5)
    expect(generated.text.startsWith('my rose')).toBe(true)
  })

  it('prints the text that it also gives as JSON', async () => {
    const options = flags({ model: models.llama, prompt: 'the sea', 'max-new-tokens': 8, temperature: 1 })
    const { text } = await jsonOf<{ text: string }>('generate', ...options)
    expect(await outputOf('generate', ...options)).toBe(`${text}\n`)
  })

  it('ends with the same numbers with activation checkpointing', async () => {
    const run = (name: string, ...more: string[]): Promise<FinetuneJson> =>
      jsonOf(
        'finetune',
        ...flags({ ...languageModel, out: inFolder(name), method: 'lora:r=2', steps: 3 }),
        ...more,
      )
    const [plain, checkpointed] = await Promise.all([
      run('lm plain'),
      run('lm checkpointed', '--activation-checkpointing'),
    ])
    expect(checkpointed).toEqual({ ...plain, out: checkpointed.out })
  })

  it('takes the same steps with two batches of 4 for each as with one of 8', async () => {
    const run = (name: string, batching: { [name: string]: number }): Promise<FinetuneJson> =>
      jsonOf(
        'finetune',
        ...flags({ ...languageModel, out: inFolder(name), method: 'lora:r=2', steps: 3, ...batching }),
      )
    const [whole, parts] = await Promise.all([
      run('lm whole', { 'batch-size': 8 }),
      run('lm parts', { 'batch-size': 4, accumulate: 2 }),
    ])
    expect(Math.abs(parts.finalLoss / whole.finalLoss - 1)).toBeLessThan(1e-5)
  })
})

describe.concurrent('block sizes that the gradients choose', { timeout }, () => {
  interface Chosen extends FinetuneJson {
    readonly blockSizes: { readonly [path: string]: number }
    readonly gradientEnergy: {
      readonly captured: number
      readonly sites: readonly { path: string; blockSize?: number; captured: number; energy: number }[]
    }
  }
  const budget = 300
  const method = `bca:p=auto:budget=${budget}:scale=false`
  const options = { ...languageModel, steps: 12, 'learning-rate': 0.01 }
  const configOf = (out: string) => JSON.parse(readFileSync(join(out, 'adapter_config.json'), 'utf8'))

  it('stay within the budget, are printed with their scores, saved by site, and loaded as any others', async () => {
    const out = inFolder('auto')
    const { stdout, stderr, code } = await gyre('finetune', ...flags({ ...options, out, method, json: true }))
    expect(code).toBe(0)
    const trained = JSON.parse(stdout) as Chosen
    const { blockSizes, gradientEnergy, adapter, heldOut } = trained
    expect(adapter).toBeLessThanOrEqual(budget)
    expect(adapter).toBeGreaterThan(budget - 16)
    expect(gradientEnergy.sites).toHaveLength(7)
    expect(gradientEnergy.captured).toBeGreaterThan(0)
    expect(gradientEnergy.captured).toBeLessThan(1)
    for (const { path, blockSize, captured, energy } of gradientEnergy.sites) {
      const score = ((100 * captured) / energy).toFixed(2)
      expect(stderr).toMatch(new RegExp(`^${path} +${blockSize ?? '–'} .* ${score} `, 'm'))
    }
    expect(stderr).toMatch(
      /^block sizes by energy: \d+ of 300 numbers capture [\d.]+ % of the gradient's energy$/m,
    )
    expect(configOf(out)).toMatchObject({
      peft_type: 'BCA',
      block_size: blockSizes,
      target_modules: Object.keys(blockSizes),
    })
    const used = { model: models.llama, adapter: out }
    const data = { data: inputs.otherText, 'batch-size': 4 }
    expect(await jsonOf('evaluate', ...flags({ ...used, ...data }))).toEqual(heldOut)
    const merged = inFolder('auto merged')
    await outputOf('merge', ...flags({ ...used, out: merged }))
    const measured = await jsonOf<FinetuneJson['heldOut']>(
      'evaluate',
      ...flags({ model: merged, task: 'lm', 'sequence-length': 16, ...data }),
    )
    expect(measured.loss).toBeCloseTo(heldOut.loss!, 4)
  })

  it('are the same for the same seed, and for options in place of the method’s', async () => {
    const [first, second] = await Promise.all([
      jsonOf<Chosen>('finetune', ...flags({ ...options, out: inFolder('auto 1'), method })),
      jsonOf<Chosen>(
        'finetune',
        ...flags({
          ...options,
          out: inFolder('auto 2'),
          method: 'bca:scale=false',
          'block-size': 'auto',
          budget,
        }),
      ),
    ])
    expect(second).toEqual({ ...first, out: second.out, method: second.method })
  })

  it('may go to a classifier’s layers, whose head is counted apart, and to C3A', async () => {
    const out = inFolder('auto classifier')
    const training = { ...classifier, out, method: 'c3a:p=auto:budget=100:init=zeros', steps: 5 }
    const trained = await jsonOf<Chosen>('finetune', ...flags(training))
    expect(trained.adapter).toBeLessThanOrEqual(100)
    expect(trained.head).toBe(16 * 16 + 16 + 16 * 2 + 2)
    const used = { model: models.roberta, adapter: out, data: inputs.classes }
    expect(await jsonOf('evaluate', ...flags(used))).toEqual(trained.heldOut)
  })

  it('stay as they were when a run is resumed, whatever its gradients would say now', async () => {
    const out = inFolder('auto resumed')
    const data = inFolder('changing.txt')
    writeFileSync(data, readFileSync(inputs.otherText))
    const training = { ...options, data, out, method, steps: 400, 'checkpoint-every': 4 }
    const run = gyre('finetune', ...flags(training))
    while (!existsSync(join(out, 'checkpoint.safetensors'))) await setTimeout(2)
    // What Ctrl-C does to a process; this one is not the command's alone.
    process.emit('SIGINT')
    expect(await run).toMatchObject({ code: 1, stdout: '' })
    const before = await jsonOf<Chosen>(
      'finetune',
      ...flags({ ...options, out: inFolder('auto short'), method }),
    )
    writeFileSync(data, readFileSync(inputs.text))
    const other = await jsonOf<Chosen>(
      'finetune',
      ...flags({ ...options, data, out: inFolder('auto other'), method }),
    )
    expect(other.blockSizes).not.toEqual(before.blockSizes)
    const resumed = await jsonOf<Chosen>('finetune', ...flags({ ...training, resume: true }))
    expect(resumed.blockSizes).toEqual(before.blockSizes)
    expect(resumed.gradientEnergy).toBeUndefined()
    expect(configOf(out).block_size).toEqual(before.blockSizes)
  })

  it.each([
    [
      { method: 'bca:p=auto:budget=15' },
      /^budget 15 buys no adapter; the smallest one has 16 numbers, with block size 16 at \S+q_proj$/,
    ],
    [{ method: 'bca', 'block-size': 'auto' }, /^method 'bca:p=auto': p=auto needs a budget/],
    [{ method: 'bca', budget: 64 }, /^method 'bca:budget=64': budget belongs to p=auto$/],
    [{ method: 'bca:p=8', 'block-size': 'auto', budget: 64 }, /blockSize is given twice$/],
    [
      { method: 'lora', 'block-size': 'auto', budget: 64 },
      /^method 'lora:p=auto:budget=64': unknown option 'p'/,
    ],
  ])('say in one sentence what is wrong with %j', async (wrong, sentence) => {
    const given = flags({ ...options, out: inFolder('auto wrong'), ...wrong })
    expect(await complaintOf('finetune', ...given)).toMatch(sentence)
  })
})

describe.concurrent('a classifier', { timeout }, () => {
  it.each([
    { method: 'bca:p=8', adapted: true },
    { method: 'full', adapted: false },
  ])('is fine-tuned with $method, measured, and predicts what was measured', async ({ method, adapted }) => {
    const out = inFolder(`sst2 ${method}`)
    const training = { ...classifier, out, method, steps: 20, 'learning-rate': 0.02 }
    const trained = await jsonOf<FinetuneJson>('finetune', ...flags(training))
    expect(trained.head).toBe(16 * 16 + 16 + 16 * 2 + 2)

    const used = adapted ? { model: models.roberta, adapter: out } : { model: out }
    expect(await jsonOf('evaluate', ...flags({ ...used, data: inputs.classes }))).toEqual(trained.heldOut)
    const texts = inFolder(`${method} texts.txt`)
    writeFileSync(texts, inputs.heldOut.map(({ text }) => `${text}\n\n`).join(''))
    const rows = await jsonOf<{ text: string; prediction: string }[]>(
      'predict',
      ...flags({ ...used, inputs: texts }),
    )
    expect(rows.map(({ text }) => text)).toEqual(inputs.heldOut.map(({ text }) => text))
    const right = rows.filter(({ prediction }, i) => prediction === inputs.heldOut[i]!.label)
    expect(right.length / rows.length).toBe(trained.heldOut.accuracy)
  })

  it('predicts a score where the task asks for one', async () => {
    const out = inFolder('stsb')
    const options = { ...classifier, task: 'stsb', data: inputs.scores, out, method: 'lora:r=2', steps: 20 }
    const trained = await jsonOf<FinetuneJson>('finetune', ...flags({ ...options, 'learning-rate': 0.02 }))
    expect(Object.keys(trained.heldOut)).toEqual(['pearson', 'spearman'])
    const used = { model: models.roberta, adapter: out }
    expect(await jsonOf('evaluate', ...flags({ ...used, data: inputs.scores }))).toEqual(trained.heldOut)
    const [score, text] = (await outputOf('predict', ...flags({ ...used, text: 'the whale' }))).split('\t')
    expect([Number.isFinite(Number(score)), text]).toEqual([true, 'the whale\n'])
  })
})

describe.concurrent('a table with named columns', { timeout }, () => {
  const csv = inFolder('named.csv')
  const rows = inputs.heldOut.flatMap(({ text, label }, i) =>
    [0, 1, 2, 3].map((copy) => `"${text}",${i}-${copy},${label === '1' ? 'at sea' : '"garden, or so"'}\n`),
  )
  writeFileSync(csv, `said,id,where\n${rows.join('')}`)
  const columns = { 'text-column': 'said', 'label-column': 'where' }

  it.each(['roberta', 'llama', 'bert', 'gpt2'] as const)(
    'is learnt by %s, whose folder keeps the names of the classes; predictions stand beside the rows',
    async (name) => {
      const model = name === 'roberta' || name === 'llama' ? models[name] : inFolder(name)
      if (name === 'bert' || name === 'gpt2') {
        const config = inFolder(`${name}.json`)
        writeFileSync(config, JSON.stringify(tinyConfigs[name]))
        await outputOf('pretrain', ...flags({ config, out: model, ...pretraining, steps: 2 }))
      }
      const out = inFolder(`classify ${name}`)
      const training = {
        model,
        task: 'classify',
        data: csv,
        ...columns,
        method: 'full',
        out,
        'sequence-length': 28,
      }
      const trained = await jsonOf<FinetuneJson>(
        'finetune',
        ...flags({ ...training, epochs: 6, 'learning-rate': 0.01 }),
      )
      expect(Object.keys(trained.heldOut)).toEqual(['accuracy', 'matthews'])
      const labels = ['at sea', 'garden, or so']
      const config = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'))
      expect(config.id2label).toEqual({ ...labels })
      const record = JSON.parse(readFileSync(join(out, 'gyre_run.json'), 'utf8'))
      expect(record).toMatchObject({
        kind: 'classification',
        labels,
        columns: { text: 'said', label: 'where' },
      })

      const whole = await jsonOf<FinetuneJson['heldOut']>(
        'evaluate',
        ...flags({ model: out, data: csv, part: 'all' }),
      )
      const predicted = { tsv: inFolder(`${name}.tsv`), jsonl: inFolder(`${name}.jsonl`) }
      await outputOf('predict', ...flags({ model: out, data: csv, out: predicted.tsv }))
      await outputOf('predict', ...flags({ model: out, data: csv, out: predicted.jsonl }))
      const table = linesOf(predicted.tsv).map((line) => line.split('\t'))
      expect(table[0]).toEqual(['said', 'id', 'where', 'prediction'])
      expect(table).toHaveLength(rows.length + 1)
      const right = table.slice(1).filter(([, , where, prediction]) => where === prediction)
      expect(right.length / rows.length).toBe(whole.accuracy)
      const objects = linesOf(predicted.jsonl).map((line) => JSON.parse(line))
      expect(objects.map(({ prediction }) => prediction)).toEqual(table.slice(1).map((row) => row[3]))
      expect(Object.keys(objects[0])).toEqual(['said', 'id', 'where', 'prediction'])
    },
  )

  it('may have two texts, and need no labels to be predicted', async () => {
    const train = inFolder('pairs.jsonl')
    const pairs = inputs.heldOut.flatMap(({ text }, i) =>
      ['the whale', 'my rose'].map((other, k) => ({ one: text, two: other, same: (i + k) % 2 })),
    )
    writeFileSync(train, pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''))
    const out = inFolder('pairs')
    const named = { 'text-column': 'one', 'pair-column': 'two', 'label-column': 'same' }
    const training = {
      ...classifier,
      task: 'classify',
      data: train,
      ...named,
      method: 'bca:p=8',
      out,
      steps: 3,
    }
    await outputOf('finetune', ...flags(training))
    const asked = inFolder('asked.jsonl')
    writeFileSync(asked, '{"one": "the whale", "two": "a\\tship", "more": [1]}\n')
    const used = { model: models.roberta, adapter: out, data: asked }
    const [tsv, jsonl] = [inFolder('asked-predicted.tsv'), inFolder('asked-predicted.jsonl')]
    await outputOf('predict', ...flags({ ...used, out: tsv }))
    expect(linesOf(tsv)).toEqual([
      'text\tpair\tprediction',
      expect.stringMatching(/^the whale\ta ship\t[01]$/),
    ])
    await outputOf('predict', ...flags({ ...used, out: jsonl }))
    expect(JSON.parse(linesOf(jsonl)[0]!)).toMatchObject({ one: 'the whale', more: [1] })
  })

  it('holds prompts with answers: the loss on the answers falls', async () => {
    const data = inFolder('prompts.jsonl')
    const row = (i: number): object => ({
      question: `who sees ${i}`,
      answer: i % 2 ? 'the captain' : 'a sailor',
    })
    writeFileSync(data, Array.from({ length: 40 }, (_, i) => `${JSON.stringify(row(i))}\n`).join(''))
    const prompts = { model: models.llama, task: 'instruct', data, 'sequence-length': 32 }
    const before = await jsonOf<FinetuneJson['heldOut']>('evaluate', ...flags(prompts))
    const out = inFolder('instruct')
    const options = { ...prompts, out, method: 'lora:r=2', epochs: 4, 'learning-rate': 0.02 }
    const { heldOut } = await jsonOf<FinetuneJson>('finetune', ...flags(options))
    expect(Object.keys(heldOut)).toEqual(['lossPerAnswerToken'])
    expect(heldOut.lossPerAnswerToken).toBeLessThan(before.lossPerAnswerToken! - 0.5)
  })
})

function linesOf(file: string): string[] {
  return readFileSync(file, 'utf8').trimEnd().split('\n')
}
