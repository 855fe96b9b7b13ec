import { type AdapterFiles, loadAdapter } from '@gyre/adapters'
import { holdOutTenth, readExamples, Tokenizer, type TokenizerJson, tableTasks } from '@gyre/data'
import { jsBackend, setBackend } from '@gyre/tensor'
import {
  adapterMethods,
  headFor,
  labelledBatches,
  measureTask,
  parseRunRecord,
  type RunRecord,
  type Task,
  textBatches,
} from '@gyre/train'
import { loadModel, type Model } from '@gyre/transformers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gardenText, MemoryStore, placesTable, TestSession, tinyPage } from '../../../test/tiny-page.js'
import type { BaseName, FolderFile, RunRequest, RunSettings } from '../contract.js'

let fetchFile: (path: string) => Promise<Blob>
beforeAll(async () => {
  fetchFile = await tinyPage()
})
afterAll(() => setBackend(jsBackend))

const settings: RunSettings = {
  base: 'decoder',
  data: { kind: 'text', fileName: 'garden.txt', text: gardenText },
  method: 'bca:p=4',
  targets: ['all-linear'],
  learningRate: 0.4,
  headLearningRate: 0.01,
  steps: 12,
  warmupSteps: 2,
  batchSize: 4,
  sequenceLength: 16,
  seed: 3,
  backend: { name: 'wasm', threads: 1 },
}
const classes: RunSettings = {
  ...settings,
  base: 'encoder',
  data: { kind: 'table', fileName: 'places.tsv', text: placesTable, columns: {} },
}
const session = (store?: MemoryStore): TestSession => new TestSession(fetchFile, store)
const failureOf = async (settings: Partial<RunSettings>, store?: MemoryStore) => {
  const run = session(store).train('failing', { ...classes, ...settings })
  const event = await run.until(({ type }) => type === 'failed')
  return event.type === 'failed' ? event : undefined
}

describe('a training', () => {
  it('goes from its settings to its measures, and tells each step', async () => {
    const run = session().train('a', settings)
    await run.untilStatus('finished')
    const { steps, measured } = run
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1))
    expect(steps.at(-1)!.loss).toBeLessThan(steps[0]!.loss - 0.3)
    for (const { tokens, backendBytes } of steps) expect([tokens, backendBytes > 1e6]).toEqual([64, true])
    expect(measured.map(({ step, complete }) => [step, complete])).toEqual([
      [0, false],
      [5, false],
      [10, false],
      [12, true],
    ])
    expect(measured.at(-1)!.measures.loss).toBeLessThan(measured[0]!.measures.loss! - 0.3)
    const statuses = run.of('status').map(({ status }) => status)
    expect(statuses.filter((status, i) => status !== statuses[i - 1])).toEqual([
      'preparing',
      'training',
      'measuring',
      'finished',
    ])
    const { facts } = run.of('facts')[0]!
    // [16, 16] four times, [16, 24] three times, in blocks of 4.
    expect(facts.trainableParameters).toBe((4 * 16 * 16 + 3 * 16 * 24) / 4)
    expect(facts).toMatchObject({ kind: 'language-model', headParameters: 0, backendRemarks: [] })
    expect(facts.backend).toMatch(/^wasm \(.*, 1 thread\)$/)
    expect(facts.learningRates).toEqual([{ group: 'bca', learningRate: 0.1 }])
    expect(facts.trainingFlopsPerToken).toBeGreaterThan(facts.forwardFlopsPerToken)
  })

  it('waits while it is paused, and answers', async () => {
    const store = new MemoryStore()
    const run = session(store).send({ type: 'pause' }).train('a', classes)
    await run.untilStatus('paused')
    run.send({ type: 'ask', question: 0, text: 'my rose likes moss' })
    run.send({ type: 'ask', question: 1, text: ' ' }).send({ type: 'export', question: 2 })
    await run.until((event) => event.type === 'refused' && event.question === 2)
    expect(run.steps).toEqual([])
    const [first] = run.of('answer')
    if (first?.answer.kind !== 'classes') throw new Error('expected classes')
    expect(first.answer.probabilities.map(({ label }) => label)).toEqual(['garden', 'sea'])
    const total = first.answer.probabilities.reduce((sum, { probability }) => sum + probability, 0)
    expect(total).toBeCloseTo(1, 5)
    expect(run.of('refused').map(({ sentence }) => sentence)).toEqual([
      'the text is empty',
      'before the first step there is nothing to export',
    ])
    run.send({ type: 'resume' })
    await run.untilStatus('finished')
    expect(run.steps.length).toBe(12)
    // Padded to few lengths, of which only tokens count.
    expect(new Set(run.steps.map(({ tokens }) => tokens)).size).toBeGreaterThan(1)
    expect(store.states.get('a')?.step).toBe(12)
    run.send({ type: 'ask', question: 3, text: 'the whale' })
    await run.until((event) => event.type === 'answer' && event.question === 3)
  })

  it.each([
    ['a text', settings],
    ['classes', classes],
    ['block sizes that the gradients choose', { ...settings, method: 'bca:p=auto:budget=400' }],
    ['the whole model', { ...settings, method: 'full', learningRate: 0.01 }],
  ] as const)(
    'of %s ends with the same bytes when it goes on from where it was saved',
    async (_of, given) => {
      const straight = session().train('a', given)
      await straight.untilStatus('finished')

      const store = new MemoryStore()
      const first = session(store).train('b', given)
      await first.until((event) => event.type === 'steps' && event.steps[0]!.step === 6)
      first.send({ type: 'pause' })
      await first.untilStatus('paused')
      const { step } = store.states.get('b')!
      expect([step >= 6, step < 12]).toEqual([true, true])
      const second = session(store).train('b', given)
      await second.untilStatus('finished')

      const numbersOf = ({ steps, measured }: TestSession) => [
        steps.map(({ loss, gradNorm, learningRate }) => [loss, gradNorm, learningRate]),
        measured,
      ]
      expect(numbersOf(second)).toEqual(numbersOf(straight))
      expect(await second.export()).toEqual(await straight.export())
      // And once more, when there is nothing left to do.
      const third = session(store).train('b', given)
      await third.untilStatus('finished')
      expect(numbersOf(third)).toEqual(numbersOf(straight))
    },
  )

  it('begins where it was saved before its first step', async () => {
    const store = new MemoryStore()
    const run = session(store)
      .send({ type: 'pause' })
      .train('a', { ...settings, steps: 2 })
    await run.untilStatus('paused')
    expect(store.states.get('a')?.step).toBe(0)
    const second = session(store).train('a', { ...settings, steps: 2 })
    await second.untilStatus('finished')
    const straight = session().train('a', { ...settings, steps: 2 })
    await straight.untilStatus('finished')
    const losses = ({ steps }: TestSession): number[] => steps.map(({ loss }) => loss)
    expect(losses(second)).toEqual(losses(straight))
  })

  it('says so where it goes on with another backend', async () => {
    const store = new MemoryStore()
    const run = session(store).train('a', { ...settings, steps: 1, warmupSteps: 0 })
    await run.untilStatus('finished')
    const other = session(store).train('a', {
      ...settings,
      steps: 1,
      warmupSteps: 0,
      backend: { name: 'js' },
    })
    await other.untilStatus('finished')
    const [{ facts }] = other.of('facts') as [ReturnType<typeof other.of<'facts'>>[0]]
    expect(facts.backend).toBe('js (the reference kernels)')
    expect(facts.backendRemarks[0]).toMatch(/^begun on wasm \(.*\) and continued on js: its last digits/)
  })

  it('goes on where it cannot be saved, with one remark', async () => {
    class FullStore extends MemoryStore {
      override async save(): Promise<void> {
        throw new DOMException('no room', 'QuotaExceededError')
      }
    }
    const run = session(new FullStore()).train('a', settings)
    await run.untilStatus('finished')
    expect(run.of('remark').map(({ sentence }) => sentence)).toEqual([
      'the run goes on, but it could not be saved: the browser has no more room for it',
    ])
  })
})

describe('a training that cannot be', () => {
  it.each<[string, Partial<RunSettings>, RegExp]>([
    ['an unknown method', { method: 'lore:r=8' }, /unknown method 'lore'; expected one of bca, /],
    ['no rate', { learningRate: Number.NaN }, /^Learning rate: expected a number above 0, got 'NaN'$/],
    ['part of a step', { steps: 1.5 }, /^Steps: expected an integer ≥ 1, got '1.5'$/],
    [
      'a long warm-up',
      { warmupSteps: 13 },
      /^Warm-up steps: expected at most the 12 steps of the run, got 13$/,
    ],
    ['no such layer', { targets: ['qury'] }, /qury/],
    ['long sequences', { sequenceLength: 99 }, /^sequence length 99: the model takes at most 32 tokens/],
    [
      'a row of three columns',
      { data: { ...classes.data, text: `${placesTable}\na\tb\tc` } as RunSettings['data'] },
      /^places.tsv, line 122: expected 2 columns, got 3$/,
    ],
    [
      'a short text',
      { base: 'decoder', data: { kind: 'text', fileName: 'a.txt', text: 'short' } },
      /^a.txt: the text is too short: its last tenth, which is held out, has \d tokens, and a sequence 16$/,
    ],
  ])('with %s says why in one sentence', async (_what, given, sentence) => {
    expect((await failureOf(given))?.sentence).toMatch(sentence)
  })

  it('says where it diverged, and where it can go on', async () => {
    const store = new MemoryStore()
    const diverging = { ...settings, method: 'full', learningRate: 1e30, warmupSteps: 0 }
    const failure = await failureOf(diverging, store)
    expect(failure?.sentence).toMatch(
      /^step \d: the loss is NaN; a lower learning rate than 1e\+30 may help$/,
    )
    expect(failure?.savedStep).toBe(store.states.get('failing')?.step)
  })
})

/** What a folder's adapter reaches, read and measured without the page. */
async function measureFolder(files: readonly FolderFile[], base: BaseName) {
  const textOf = async (name: string) => (await fetchFile(`bases/${base}/${name}`)).text()
  const contents = new Map(files.map(({ name, bytes }) => [name, bytes]))
  const text = (name: string): string => new TextDecoder().decode(contents.get(name))
  const record = parseRunRecord(text('gyre_run.json'), 'gyre_run.json')
  const tokenizer = new Tokenizer(JSON.parse(await textOf('tokenizer.json')) as TokenizerJson)
  const weights = await fetchFile(`bases/${base}/model.safetensors`)
  const model = await loadModel({ config: await textOf('config.json'), weights }, headFor(record))
  const adapterFiles: AdapterFiles = {
    'adapter_config.json': text('adapter_config.json'),
    'adapter_model.safetensors': contents.get('adapter_model.safetensors')!,
  }
  loadAdapter(model, adapterFiles, Object.values(adapterMethods))
  const options = { batchSize: 8, sequenceLength: record.sequenceLength, seed: 0 }
  const encoding = { tokenizer, config: model.config, options }
  if (record.task === 'lm') {
    const task = { name: 'lm', kind: record.kind, labels: [], metrics: [] }
    return measured(record, model, { ...task, ...textBatches(gardenText, false, encoding) })
  }
  const { classify } = tableTasks
  const source = { source: 'places', format: 'tsv' } as const
  const { examples, labels } = readExamples(classify, placesTable, source, record.labels)
  const batches = labelledBatches({ heldOut: holdOutTenth(examples, 'places').dev }, encoding)
  return measured(record, model, { ...classify, labels, ...batches })
}

const measured = async ({ heldOut }: RunRecord, model: Model, task: Task) => ({
  recorded: heldOut,
  measured: await measureTask(model, task),
})
describe('an exported adapter', () => {
  it.each([
    ['a text', settings, 'CAUSAL_LM'],
    ['classes', { ...classes, learningRate: 0.1 }, 'SEQ_CLS'],
  ] as const)('trained on %s gives what its record says', async (_on, given, taskType) => {
    const run = session().train('a', given)
    await run.untilStatus('finished')
    const files = await run.export()
    const { recorded, measured } = await measureFolder(files, given.base)
    expect(Object.keys(measured)).toEqual(Object.keys(recorded))
    for (const [metric, value] of Object.entries(measured)) expect(recorded[metric]).toBeCloseTo(value, 5)
    expect(recorded).toEqual(run.measured.at(-1)!.measures)
    const config = JSON.parse(new TextDecoder().decode(files[0]!.bytes)) as { readonly task_type: string }
    expect([files[0]!.name, config.task_type]).toEqual(['adapter_config.json', taskType])
  })

  it('of a whole model is the files of a model', async () => {
    const run = session().train('a', { ...classes, method: 'head' })
    await run.untilStatus('finished')
    const names = (await run.export()).map(({ name }) => name)
    expect(names).toEqual(['tokenizer.json', 'config.json', 'model.safetensors', 'gyre_run.json'])
  })
})

describe('a loaded adapter', () => {
  const load = (files: readonly FolderFile[]): RunRequest => ({
    type: 'load',
    filesAt: '',
    files,
    backend: { name: 'wasm', threads: 1 },
  })

  it('is measured on the built-in text that it was trained on', async () => {
    const run = session().train('a', {
      ...settings,
      data: { kind: 'built-in', name: 'moby-dick' },
      sequenceLength: 32,
      batchSize: 64,
      steps: 2,
    })
    await run.untilStatus('finished')
    const files = await run.export()
    const loaded = session().send(load(files.map((file) => ({ ...file, name: `adapter/${file.name}` }))))
    await loaded.untilStatus('finished')
    const { facts } = loaded.of('facts')[0]!
    expect(facts.loaded).toMatchObject({ base: 'decoder', method: 'bca:p=4', data: 'moby-dick' })
    const [measured] = loaded.measured
    const before = run.measured.at(-1)!
    expect([measured?.step, measured?.complete]).toEqual([2, true])
    expect(measured!.measures.loss).toBeCloseTo(before.measures.loss!, 5)
    expect((await loaded.export()).map(({ bytes }) => bytes)).toEqual(files.map(({ bytes }) => bytes))
  })

  it('without a record is known by its shapes', async () => {
    const run = session().train('a', classes)
    await run.untilStatus('finished')
    const files = (await run.export()).filter(({ name }) => name !== 'gyre_run.json')
    const loaded = session().send(load(files)).send({ type: 'ask', question: 0, text: 'moss' })
    await loaded.until(({ type }) => type === 'answer')
    const { facts } = loaded.of('facts')[0]!
    expect(facts).toMatchObject({ kind: 'classification', labels: ['0', '1'], headParameters: 306 })
    expect(facts.loaded).toMatchObject({ base: 'encoder', record: undefined, data: undefined })
    expect(facts.trainableParameters).toBe(run.of('facts')[0]!.facts.trainableParameters)
  })

  it('that fits no model, or is none, says so', async () => {
    const config = new TextEncoder().encode(
      JSON.stringify({ peft_type: 'LORA', r: 2, target_modules: ['c_attn'], task_type: 'CAUSAL_LM' }),
    )
    const file = (name: string, bytes: Uint8Array): FolderFile => ({ name, bytes })
    const failure = async (...files: readonly FolderFile[]): Promise<string | undefined> => {
      const event = await session()
        .send(load(files))
        .until(({ type }) => type === 'failed')
      return event.type === 'failed' ? event.sentence : undefined
    }
    expect(await failure(file('readme.txt', config))).toBe(
      'expected adapter_config.json and adapter_model.safetensors, found readme.txt',
    )
    const empty = new TextEncoder().encode('\x02\0\0\0\0\0\0\0{}')
    expect(
      await failure(file('adapter_config.json', config), file('adapter_model.safetensors', empty)),
    ).toMatch(
      /^the adapter fits no model of this page: not the decoder, .*c_attn.*; not the encoder, .*c_attn/,
    )
  })
})
