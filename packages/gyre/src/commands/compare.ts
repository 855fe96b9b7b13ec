import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { eraLabels, majorityClass, trainNaiveBayes } from '@gyre/data'
import { renderTable } from '@gyre/report'
import { writeAtomically } from '@gyre/safetensors/node'
import { accuracy } from '@gyre/train'
import { type Command, Option } from 'commander'
import { chooseBackend } from '../backend.js'
import { type CommonOptions, makeOutputFolder } from '../common-options.js'
import type { AdaptationJob, AdaptationResult } from '../compare/adapt.js'
import { prepareBaseModel } from '../compare/base-model.js'
import { comparisonChart } from '../compare/comparison-chart.js'
import { eraSplit } from '../compare/comparison-data.js'
import {
  type Baseline,
  type Comparison,
  comparisonMarkdown,
  formatComparison,
} from '../compare/format-comparison.js'
import { runJobs } from '../compare/run-jobs.js'
import {
  type ComparisonSettings,
  type ComparisonTask,
  comparisonSettings,
  comparisonTasks,
} from '../compare/settings.js'
import { createProgress, type Progress } from '../progress.js'

interface CompareOptions extends CommonOptions {
  readonly task: ComparisonTask
  readonly quick: boolean
  readonly tune: boolean
  readonly out: string
}

export function addCompare(program: Command): Command {
  return program
    .command('compare')
    .description('fine-tune one small base model with several methods on real data, and compare them')
    .addOption(
      new Option('--task <name>', 'moby-dick: a language model; era: a classifier')
        .choices(comparisonTasks)
        .default('moby-dick'),
    )
    .option('--quick', 'fewer steps and less held-out text: about a minute', false)
    .option(
      '--tune',
      'instead of comparing, try every learning rate of every method on held-back training text',
      false,
    )
    .option('--out <dir>', 'folder for the results and the cached base model', '.gyre')
    .action(runCompare)
}

async function runCompare(options: CompareOptions): Promise<void> {
  const backend = await chooseBackend(options)
  const settings = comparisonSettings(options.task, options)
  await makeOutputFolder(options.out)
  const progress = createProgress()
  try {
    const base = await prepareBaseModel(join(options.out, 'base-models'), settings, backend.name, progress)
    if (base.cached) progress.note(`base model: ${base.folder} (cached)`)
    if (options.tune) await tune(options, settings, base.folder, progress)
    else await compare(options, settings, base.folder, backend.name, progress)
  } finally {
    progress.close()
  }
}

async function compare(
  options: CompareOptions,
  settings: ComparisonSettings,
  folder: string,
  backend: string,
  progress: Progress,
): Promise<void> {
  const shared = { settings, folder, seed: options.seed, tuning: false }
  const rows = settings.methods.map((row): AdaptationJob => ({ ...shared, row }))
  // A classifier's base has no head yet, and so nothing to be measured by.
  const jobs = settings.task === 'era' ? rows : [{ ...shared }, ...rows]
  const results = await runJobs(jobs, availableParallelism(), progress)
  progress.close()
  const comparison: Comparison = {
    task: options.task,
    seed: options.seed,
    backend,
    quick: options.quick,
    node: process.version,
    baselines: settings.task === 'era' ? await eraBaselines(settings) : [],
    results,
  }
  const path = resolve(options.out, `compare-${options.task}${options.quick ? '-quick' : ''}`)
  await writeAtomically(`${path}.json`, `${JSON.stringify(comparison, null, 2)}\n`)
  await writeAtomically(`${path}.md`, comparisonMarkdown(comparison))
  await writeAtomically(`${path}.svg`, comparisonChart(comparison))
  if (options.json) console.log(JSON.stringify(comparison))
  else console.log(`\n${formatComparison(comparison)}\n\nwritten: ${path}.json, .md and .svg`)
}

/** What no model is needed for: the most frequent era, and counting words. */
async function eraBaselines({ adaptation, heldOutLimit }: ComparisonSettings): Promise<Baseline[]> {
  const { train, heldOut } = await eraSplit(adaptation.trainingPieces, heldOutLimit, false)
  const labels = heldOut.map(({ label }) => label)
  const majority = majorityClass(train)
  const bayes = trainNaiveBayes(train, eraLabels.length)
  return [
    {
      name: 'majority class',
      accuracy: accuracy(
        heldOut.map(() => majority),
        labels,
      ),
    },
    {
      name: 'naive Bayes',
      accuracy: accuracy(
        heldOut.map((piece) => bayes.predict(piece)),
        labels,
      ),
    },
  ]
}

/** Every method at every one of its rates, measured on the end of the training part. */
async function tune(
  options: CompareOptions,
  settings: ComparisonSettings,
  folder: string,
  progress: Progress,
): Promise<void> {
  const jobs = settings.methods.flatMap((row) =>
    row.triedRates.map(
      (learningRate): AdaptationJob => ({
        settings,
        folder,
        seed: options.seed,
        tuning: true,
        row: { ...row, learningRate },
      }),
    ),
  )
  const results = await runJobs(jobs, availableParallelism(), progress)
  progress.close()
  if (options.json) {
    console.log(JSON.stringify(results))
    return
  }
  const quality = (result: AdaptationResult): number => result.loss ?? result.accuracy!
  const title = settings.task === 'era' ? 'accuracy' : 'loss/token'
  const table = renderTable(
    [{ title: 'method' }, { title: 'learning rate', digits: 4 }, { title, digits: 3 }],
    results.map((result) => [result.method, result.learningRate!, quality(result)]),
  )
  console.log(`\n${table}`)
}
