import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { eraLabels, majorityClass, trainNaiveBayes } from '@gyre/data'
import { recordsOf, renderTable } from '@gyre/report'
import { writeAtomically } from '@gyre/safetensors/node'
import { accuracy } from '@gyre/train'
import { type Command, Option } from 'commander'
import { type BackendName, chooseBackend } from '../backend.js'
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
  type ComparisonLength,
  type ComparisonSettings,
  type ComparisonTask,
  comparisonSeeds,
  comparisonSettings,
  comparisonTasks,
  type MethodRow,
  withBlockCirculantRow,
} from '../compare/settings.js'
import { summarize } from '../compare/summary.js'
import {
  addBlockSizeOptions,
  type BlockSizeOptions,
  withBlockSizeOptions,
} from '../fine-tuning/block-sizes.js'
import { createProgress } from '../progress.js'
import { writeResultsPage } from '../write-results-report.js'

interface CompareOptions extends CommonOptions, BlockSizeOptions {
  readonly task: ComparisonTask
  readonly quick: boolean
  readonly long: boolean
  readonly tune: boolean
  readonly out: string
}

export function addCompare(program: Command): Command {
  const command = program
    .command('compare')
    .description('fine-tune one small base model with several methods on real data, and compare them')
    .addOption(
      new Option('--task <name>', 'moby-dick: a language model; era: a classifier')
        .choices(comparisonTasks)
        .default('moby-dick'),
    )
    .option('--quick', 'fewer steps and less held-out text: about a minute', false)
    .addOption(
      new Option('--long', 'twice the steps, and three seeds for each method: up to half an hour')
        .default(false)
        .conflicts('quick'),
    )
    .option(
      '--tune',
      'instead of comparing, try every learning rate of every method on held-back training text',
      false,
    )
    .option('--out <dir>', 'folder for the results and the cached base model', '.gyre')
  return addBlockSizeOptions(
    command,
    'one more row: BCA with this block size, or auto: by the gradients',
  ).action(runCompare)
}

async function runCompare(options: CompareOptions): Promise<void> {
  const chosen = await chooseBackend(options)
  const length: ComparisonLength = options.long ? 'long' : options.quick ? 'quick' : 'full'
  const { task, seed } = options
  const sizes = withBlockSizeOptions('', options)
  const usual = comparisonSettings(task, { length, seed })
  const settings = sizes === '' ? usual : withBlockCirculantRow(usual, sizes)
  await makeOutputFolder(options.out)
  const progress = createProgress()
  try {
    const cache = join(options.out, 'base-models')
    const { folder, cached } = await prepareBaseModel(cache, settings, chosen.identity, progress)
    if (cached) progress.note(`base model: ${folder} (cached)`)
    // As many jobs run at once as there are processors, so one thread each.
    const backend = chosen.backend.name as BackendName
    const shared = { settings, folder, tuning: options.tune, backend, threads: 1 }
    const seeds = options.tune ? [seed] : comparisonSeeds({ length, seed })
    const rows = options.tune ? settings.methods.flatMap(atEachRate) : settings.methods
    const jobs = rows.flatMap((row) => seeds.map((seed): AdaptationJob => ({ ...shared, seed, row })))
    // A classifier's base has no head yet, and so nothing to be measured by.
    if (!options.tune && task !== 'era') jobs.unshift({ ...shared, seed })
    // One device serves one job at a time as fast as several.
    const runs = await runJobs(jobs, chosen.gpu ? 1 : availableParallelism(), progress)
    progress.close()
    if (options.tune) {
      console.log(options.json ? JSON.stringify(runs) : `\n${formatTuning(runs)}`)
      return
    }
    await writeComparison(options, {
      task,
      length,
      seeds,
      backend: chosen.identity,
      node: process.version,
      finishedAt: new Date().toISOString(),
      baselines: task === 'era' ? await eraBaselines(settings) : [],
      results: summarize(runs),
      runs,
    })
  } finally {
    progress.close()
  }
}

async function writeComparison({ out, json }: CompareOptions, comparison: Comparison): Promise<void> {
  const { task, length } = comparison
  const path = resolve(out, `compare-${task}${length === 'full' ? '' : `-${length}`}`)
  await writeAtomically(`${path}.json`, `${JSON.stringify(comparison, null, 2)}\n`)
  await writeAtomically(`${path}.md`, comparisonMarkdown(comparison))
  await writeAtomically(`${path}.svg`, comparisonChart(comparison))
  await writeResultsPage(`${path}.html`, recordsOf(comparison, `${path}.json`))
  if (json) console.log(JSON.stringify(comparison))
  else console.log(`\n${formatComparison(comparison)}\n\nwritten: ${path}.json, .md, .svg and .html`)
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

function atEachRate(row: MethodRow): MethodRow[] {
  return row.triedRates.map((learningRate) => ({ ...row, learningRate }))
}

/** What each rate of each method reaches on the end of the training part. */
function formatTuning(runs: readonly AdaptationResult[]): string {
  const title = runs.some(({ loss }) => loss !== undefined) ? 'loss/token' : 'accuracy'
  return renderTable(
    [{ title: 'method' }, { title: 'learning rate', digits: 4 }, { title, digits: 3 }],
    runs.map(({ method, learningRate, loss, accuracy }) => [method, learningRate!, loss ?? accuracy!]),
  )
}
