// Fine-tunes one small base on seven labelled data sets with several methods, beside naive Bayes and the majority class,
// and writes the table into docs/results.md. The data is not part of the project: --data, or GYRE_DATA, names the folder.
// In the root folder: npm run study -- real-tasks [--data DIR] [--seeds N] [--steps N] [--out DIR]
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Example, majorityClass, type TableTaskName, tableTasks, trainNaiveBayes } from '@gyre/data'
import { readTaskFolder } from '@gyre/data/node'
import { type MetricName, measure } from '@gyre/train'
import { formatSeeds, writeSection } from './document-section.js'
import { type Finetuned, fail, finetuneOnce, gyre, root } from './finished-run.js'

interface Study {
  readonly folder: string
  readonly task: Exclude<TableTaskName, 'instruct' | 'gsm8k'>
}

const studies: readonly Study[] = [
  { folder: 'rt-polarity', task: 'sst2' },
  { folder: 'blimp-cola', task: 'cola' },
  { folder: 'banking77', task: 'classify' },
  { folder: 'banking77-pairs', task: 'mrpc' },
  { folder: 'snli-mini', task: 'pairs' },
  { folder: 'stsb-captions', task: 'stsb' },
  { folder: 'sms-spam', task: 'sms-spam' },
]

/** About as many numbers for BCA as for LoRA; the rates are those that the comparison on eras found, not searched here. */
const methods = [
  { method: 'bca:p=16', learningRate: 0.08 },
  { method: 'lora:r=4:alpha=4', learningRate: 5e-3 },
  { method: 'full', learningRate: 1e-3 },
] as const

const config = {
  model_type: 'roberta',
  vocab_size: 2048,
  hidden_size: 96,
  intermediate_size: 256,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  max_position_embeddings: 66,
  type_vocab_size: 1,
  hidden_dropout_prob: 0,
  attention_probs_dropout_prob: 0,
  bos_token_id: 0,
  pad_token_id: 1,
  eos_token_id: 2,
}
const pretraining = {
  steps: 1500,
  'batch-size': 16,
  'sequence-length': 48,
  'learning-rate': 2e-3,
  'warmup-steps': 50,
}
const adaptation = { 'batch-size': 16, 'sequence-length': 64, 'warmup-steps': 20, 'head-learning-rate': 1e-3 }

interface Row extends Study {
  readonly metric: MetricName
  readonly rows: readonly [train: number, heldOut: number]
  readonly majority: number
  readonly naiveBayes: number | undefined
  /** For each method the metric at each seed. */
  readonly reached: { readonly [method: string]: readonly number[] }
  readonly trained: { readonly [method: string]: number }
}

const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: process.env.GYRE_DATA },
    seeds: { type: 'string', default: '1' },
    steps: { type: 'string', default: '400' },
    out: { type: 'string', default: join(root, '.gyre/real-tasks') },
  },
})
const { data, out } = options
if (data === undefined) fail('--data, or GYRE_DATA, should name a folder with the data sets')
const missing = studies.filter(({ folder }) => !existsSync(join(data, folder)))
if (missing.length > 0)
  fail(`${data}: expected the folders ${missing.map(({ folder }) => folder).join(', ')}`)
const [seeds, steps] = [positiveInteger('seeds'), positiveInteger('steps')]

mkdirSync(out, { recursive: true })
const base = await prepareBase(data)
const rows: Row[] = []
for (const study of studies) {
  rows.push(await runStudy(study, data))
  // After every data set, so that an interrupted study leaves what it has.
  writeFileSync(
    join(out, 'results.json'),
    `${JSON.stringify({ pretraining, adaptation, steps, rows }, null, 2)}\n`,
  )
  writeSection('results.md', 'real-tasks', formatSection(rows))
}

/** A base that has read the training texts of all the tasks, and none of their labels. */
async function prepareBase(dataFolder: string): Promise<string> {
  const folder = join(out, 'base')
  if (existsSync(join(folder, 'config.json'))) return folder
  const texts: string[] = []
  for (const { folder: name, task } of studies) {
    const { train } = await readTaskFolder(join(dataFolder, name), tableTasks[task])
    for (const { text, textPair } of train) texts.push(text, ...(textPair === undefined ? [] : [textPair]))
  }
  const [text, modelConfig] = [join(out, 'texts.txt'), join(out, 'config.json')]
  writeFileSync(text, [...new Set(texts)].join('\n'))
  writeFileSync(modelConfig, JSON.stringify(config))
  gyre('pretrain', { config: modelConfig, data: text, out: folder, ...pretraining })
  return folder
}

async function runStudy(study: Study, dataFolder: string): Promise<Row> {
  const task = tableTasks[study.task]
  const { train, dev, labels } = await readTaskFolder(join(dataFolder, study.folder), task)
  const metric: MetricName = task.metrics[0]
  const scoreOf = (predict: (example: Example) => number): number => {
    const predictions = Float64Array.from(dev, predict)
    return measure({ predictions, labels: Float64Array.from(dev, ({ label }) => label) }, [metric])[metric]!
  }
  const isRegression = task.kind === 'regression'
  const majority = isRegression ? 0 : majorityClass(train)
  const bayes = isRegression ? undefined : trainNaiveBayes(train, labels.length)
  const reached: { [method: string]: number[] } = {}
  const trained: { [method: string]: number } = {}
  for (const { method, learningRate } of methods) {
    reached[method] = []
    for (let seed = 0; seed < seeds; seed++) {
      const folder = join(out, `${study.folder} ${method} ${steps} steps, seed ${seed}`)
      const result = finetune(study, join(dataFolder, study.folder), method, learningRate, folder, seed)
      reached[method].push(result.heldOut[metric]!)
      trained[method] = result.adapter
      console.error(
        `${study.folder}, ${method}, seed ${seed}: ${metric} ${result.heldOut[metric]!.toFixed(3)}`,
      )
    }
  }
  return {
    ...study,
    metric,
    rows: [train.length, dev.length],
    majority: scoreOf(() => majority),
    naiveBayes: bayes && scoreOf((example) => bayes.predict(example)),
    reached,
    trained,
  }
}

function finetune(
  { task }: Study,
  dataFolder: string,
  method: string,
  learningRate: number,
  folder: string,
  seed: number,
): Finetuned {
  const settings = { ...adaptation, steps, seed, 'learning-rate': learningRate }
  return finetuneOnce(folder, { model: base, task, data: dataFolder, method, ...settings })
}

function formatSection(all: readonly Row[]): string {
  const names = methods.map(({ method }) => method)
  const header = ['data', 'task', 'trained on', 'held out', 'measured', 'majority', 'naive Bayes', ...names]
  const body = all.map(({ folder, task, rows: [train, heldOut], metric, majority, naiveBayes, reached }) => [
    folder,
    `\`${task}\``,
    String(train),
    String(heldOut),
    metric,
    majority.toFixed(3),
    naiveBayes?.toFixed(3) ?? '–',
    ...names.map((method) => formatSeeds(reached[method]!)),
  ])
  const counts = names
    .map((method) => `${method} ${all[0]!.trained[method]!.toLocaleString('en')}`)
    .join(', ')
  return [
    ...[header, header.map((_, i) => (i < 2 || i === 4 ? '---' : '---:')), ...body].map(
      (row) => `| ${row.join(' | ')} |`,
    ),
    '',
    ...(all.length < studies.length ? ['The study was interrupted: other data sets are missing.', ''] : []),
    `${steps} steps of ${adaptation['batch-size']} texts, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'} for each method; base of ${pretraining.steps} masked steps. Trained numbers without the head: ${counts}.`,
  ].join('\n')
}

function positiveInteger(name: 'seeds' | 'steps'): number {
  const value = Number(options[name])
  if (!Number.isInteger(value) || value < 1) fail(`--${name} ${options[name]}: expected an integer ≥ 1`)
  return value
}
