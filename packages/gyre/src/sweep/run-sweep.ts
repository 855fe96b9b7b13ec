import { join } from 'node:path'
import { type BackendName, type BackendOptions, chooseBackend } from '../backend.js'
import { makeOutputFolder } from '../common-options.js'
import { UsageError } from '../errors.js'
import { createProgress } from '../progress.js'
import { writeResultsPage } from '../write-results-report.js'
import type { Cell } from './cell.js'
import { cellProcesses } from './cell-job.js'
import { chooseRate, finalCells } from './choose-rate.js'
import { Estimator } from './estimate.js'
import {
  formatPlan,
  formatSummaries,
  type Outlook,
  type SettingSummary,
  summarizeSetting,
} from './format-sweep.js'
import { readGrid } from './grid.js'
import { type Group, type Plan, planSweep } from './plan.js'
import type { QueueRunner } from './queue/queue-runner.js'
import { peekResults, ResultFile } from './result-file.js'
import { type CellRunner, type Failure, localRunner } from './run-cells.js'

export interface SweepOptions extends BackendOptions {
  readonly file: string
  readonly quick: boolean
  /** Default: in `.gyre/sweeps`, by the grid's name. */
  readonly out?: string
  /** Cells at a time on this machine. */
  readonly parallel: number
  readonly dryRun: boolean
  /** The Redis that hands the cells to workers; otherwise they run on this machine. */
  readonly queue?: string
  readonly json: boolean
}

export async function runSweep(options: SweepOptions): Promise<void> {
  const { file, quick, parallel, dryRun, queue, json } = options
  const grid = await readGrid(file, { quick })
  const plan = await planSweep(grid)
  const out = options.out ?? join('.gyre', 'sweeps', quick ? `${grid.name}-quick` : grid.name)
  // As many cells run at once as there are processors, so one thread each.
  const { backend } = await chooseBackend({ backend: options.backend, threads: 1 })
  const outlooks = await lookAhead(plan, await peekResults(out))
  const text = formatPlan(grid, plan, outlooks, parallel)
  if (dryRun) {
    console.log(json ? JSON.stringify(dryRunJson(outlooks, plan)) : text)
    return
  }
  process.stderr.write(`${text}\n`)
  await makeOutputFolder(out)
  const results = await ResultFile.open(out)
  const progress = createProgress()
  const stop = new AbortController()
  let connected: QueueRunner | undefined
  const interrupt = (): void => stop.abort()
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  try {
    const processes = cellProcesses({
      cacheFolder: join(out, 'base-models'),
      backend: { backend: backend.name as BackendName, threads: 1 },
      signal: stop.signal,
    })
    if (queue !== undefined) {
      // BullMQ is read only here.
      const { connectQueue } = await import('./queue/queue-runner.js')
      connected = await connectQueue(queue, { progress, signal: stop.signal })
    }
    const run = connected?.run ?? localRunner(processes, parallel, progress)
    const { summaries, failures } = await runGroups(plan.groups, results, run)
    progress.close()
    const page = join(out, 'report.html')
    await writeResultsPage(page, [...results.records.values()])
    if (json) console.log(JSON.stringify({ results: results.path, summaries }))
    else console.log(`\n${formatSummaries(summaries)}\n\nwritten: ${results.path} and ${page}`)
    if (failures.length > 0) {
      const [{ reason }] = failures as [Failure]
      throw new UsageError(
        `${failures.length} cells failed, the first because: ${reason}; the same command tries them again`,
      )
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error
    throw new UsageError(
      `stopped; ${results.records.size} results are in ${results.path}, and the same command goes on`,
    )
  } finally {
    stop.abort()
    await connected?.close()
    progress.close()
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    await results.close()
  }
}

/** Chooses the learning rates, and then runs every seed with the chosen one. */
async function runGroups(
  groups: readonly Group[],
  results: ResultFile,
  run: CellRunner,
): Promise<{ readonly summaries: readonly SettingSummary[]; readonly failures: readonly Failure[] }> {
  const runMissing = async (cells: readonly Cell[], title: string): Promise<Failure[]> => {
    const missing = cells.filter(({ key }) => !results.records.has(key))
    return missing.length === 0 ? [] : run(missing, results, title)
  }
  const failures = await runMissing(
    distinctCells(groups.flatMap(({ tuning }) => tuning)),
    'choosing learning rates',
  )
  const failed = new Set(failures.map(({ cell }) => cell.key))
  const chosen = groups
    .filter(({ tuning }) => tuning.every(({ key }) => !failed.has(key)))
    .map((group) => ({ group, rate: chooseRate(group, results.records) }))
  for (const { group, rate } of chosen) {
    if (rate) continue
    const { model, task, method } = group.setting
    process.stderr.write(`${model.name}, ${task.name}, ${method}: diverged at every learning rate\n`)
  }
  const settled = chosen.flatMap(({ group, rate }) =>
    rate ? [{ group, rate, cells: finalCells(group, rate) }] : [],
  )
  // A seed after the other for all, so that an interrupted sweep has whole seeds.
  const seeds = settled[0]?.cells.map((_, i) => settled.map(({ cells }) => cells[i]!)) ?? []
  failures.push(...(await runMissing(distinctCells(seeds.flat()), 'comparing')))
  const summaries = settled.flatMap(({ group, rate, cells }) => {
    const runs = cells.flatMap(({ key }) => results.records.get(key) ?? [])
    return runs.length === 0 ? [] : [summarizeSetting(group, rate, runs)]
  })
  return { summaries, failures }
}

/** Two budgets may have chosen the same size. */
function distinctCells(cells: readonly Cell[]): Cell[] {
  return [...new Map(cells.map((cell) => [cell.key, cell])).values()]
}

/** What is left to run of every group. A rate that is not chosen yet leaves all its seeds to run. */
async function lookAhead(plan: Plan, records: Parameters<typeof chooseRate>[1]): Promise<Outlook[]> {
  const estimator = new Estimator(plan.groups, records)
  const outlooks: Outlook[] = []
  for (const group of plan.groups) {
    const missingTuning = group.tuning.filter(({ key }) => !records.has(key)).length
    const rate = missingTuning === 0 ? chooseRate(group, records) : undefined
    const finished = rate ? finalCells(group, rate).filter(({ key }) => records.has(key)).length : 0
    const missingFinal = group.seeds.length - finished
    const [tuning, final] = [await estimator.estimate(group, true), await estimator.estimate(group, false)]
    outlooks.push({
      group,
      cells: group.tuning.length + group.seeds.length,
      missing: missingTuning + missingFinal,
      seconds: missingTuning * tuning.seconds + missingFinal * final.seconds,
      source: final.source,
    })
  }
  return outlooks
}

function dryRunJson(outlooks: readonly Outlook[], { leftOut }: Plan) {
  return {
    settings: outlooks.map(
      ({ group: { setting, learningRates, seeds }, cells, missing, seconds, source }) => ({
        model: setting.model.name,
        task: setting.task.name,
        row: setting.row,
        method: setting.method,
        budget: setting.budget ?? null,
        automatic: setting.automatic,
        ...setting.costs,
        learningRates,
        seeds,
        cells,
        missing,
        estimatedSeconds: seconds,
        estimatedFrom: source,
      }),
    ),
    leftOut,
  }
}
