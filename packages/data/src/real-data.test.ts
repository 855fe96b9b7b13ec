import { join } from 'node:path'
import { expect, it } from 'vitest'
import { majorityClass, trainNaiveBayes } from './naive-bayes.js'
import { type ClassificationTask, type RegressionTask, tableTasks } from './table-tasks.js'
import { readPromptFolder, readTaskFolder } from './task-folder.js'

// These files are not part of the project: set GYRE_DATA to a folder that holds them to run the tests.
const root = process.env.GYRE_DATA
const skipped = root ? '' : ' (skipped: GYRE_DATA does not name a folder with the data sets)'

const tasks: readonly {
  readonly folder: string
  readonly layout: ClassificationTask | RegressionTask
  readonly rows: readonly [train: number, dev: number]
  /** Number of classes; 0 for scores. */
  readonly classes: number
  /** Accuracy on the development rows of always saying the training rows' most frequent class. */
  readonly majority?: number
  /** A little below the accuracy of naive Bayes there. */
  readonly naiveBayes?: number
}[] = [
  {
    folder: 'sms-spam',
    layout: tableTasks['sms-spam'],
    rows: [3884, 617],
    classes: 2,
    majority: 0.89,
    naiveBayes: 0.98,
  },
  {
    folder: 'rt-polarity',
    layout: tableTasks.sst2,
    rows: [6035, 854],
    classes: 2,
    majority: 0.523,
    naiveBayes: 0.74,
  },
  { folder: 'blimp-cola', layout: tableTasks.cola, rows: [5360, 1340], classes: 2, majority: 0.5 },
  { folder: 'banking77', layout: tableTasks.classify, rows: [9003, 1000], classes: 77, naiveBayes: 0.77 },
  { folder: 'banking77-pairs', layout: tableTasks.mrpc, rows: [1600, 300], classes: 2 },
  { folder: 'snli-mini', layout: tableTasks.pairs, rows: [3000, 400], classes: 3, majority: 0.345 },
  { folder: 'stsb-captions', layout: tableTasks.stsb, rows: [1000, 375], classes: 0 },
]

for (const { folder, layout, rows, classes, majority, naiveBayes } of tasks) {
  it.skipIf(!root)(
    `reads ${folder} as ${layout.name}: its rows, classes and simple baselines${skipped}`,
    async () => {
      const { train, dev, labels } = await readTaskFolder(join(root!, folder), layout)
      expect([train.length, dev.length]).toEqual(rows)
      expect(labels).toHaveLength(classes)
      const accuracy = (predict: (example: (typeof dev)[number]) => number): number =>
        dev.filter((example) => predict(example) === example.label).length / dev.length
      if (majority !== undefined) {
        const label = majorityClass(train)
        expect(accuracy(() => label)).toBeCloseTo(majority, 3)
      }
      if (naiveBayes !== undefined) {
        const classifier = trainNaiveBayes(train, classes)
        expect(accuracy((example) => classifier.predict(example))).toBeGreaterThan(naiveBayes)
      }
    },
  )
}

it.skipIf(!root)(`keeps what is odd in the real files: quotes, signs, line breaks${skipped}`, async () => {
  const messages = await readTaskFolder(join(root!, 'sms-spam'), tableTasks['sms-spam'])
  const texts = [...messages.train, ...messages.dev].map(({ text }) => text)
  expect(texts.filter((text) => text.includes('"'))).toHaveLength(112)
  expect(texts.some((text) => text.includes('&lt;#&gt;'))).toBe(true)
  expect(texts.some((text) => text.includes('£'))).toBe(true)

  const questions = await readTaskFolder(join(root!, 'banking77'), tableTasks.classify)
  const asked = [...questions.train, ...questions.dev].map(({ text }) => text)
  expect(asked.filter((text) => text !== text.trim())).toEqual([])
  // Ten rows hold a line break; in nine it is at the end and goes with the blanks.
  expect(asked.filter((text) => text.includes('\n'))).toHaveLength(1)

  const captions = await readTaskFolder(join(root!, 'stsb-captions'), tableTasks.stsb)
  for (const { label, textPair } of [...captions.train, ...captions.dev]) {
    expect(label).toBeGreaterThanOrEqual(0)
    expect(label).toBeLessThanOrEqual(5)
    expect(textPair).not.toBe('')
  }
})

it.skipIf(!root)(
  `reads instruction data: GSM8K, E2E and the seed tasks of Self-Instruct${skipped}`,
  async () => {
    const problems = await readPromptFolder(join(root!, 'gsm8k'), tableTasks.gsm8k)
    expect([problems.train.length, problems.dev.length]).toEqual([1000, 200])
    for (const { completion } of problems.train) {
      expect(completion).toMatch(/\n#### -?[\d,.]+$/)
      expect(completion).not.toMatch(/<<|>>/)
    }

    const restaurants = await readPromptFolder(join(root!, 'e2e-nlg'), tableTasks.instruct)
    expect([restaurants.train.length, restaurants.dev.length]).toEqual([1402, 380])
    expect(restaurants.train[0]!.prompt).toBe('name[Alimentum], area[city centre], familyFriendly[no]')

    const seeds = await readPromptFolder(join(root!, 'instruct-seed/seed_tasks.jsonl'), tableTasks.instruct)
    expect(seeds.train.length + seeds.dev.length).toBeGreaterThanOrEqual(175)
  },
)
