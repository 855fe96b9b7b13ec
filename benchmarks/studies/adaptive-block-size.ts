// Block sizes that the gradients choose against one size everywhere, at equal budgets: on a built-in text and, with
// --data (or GYRE_DATA) naming a folder with stories260K/ and tinyshakespeare/input.txt, on a published checkpoint. Writes
// results/adaptive-block-size.json and the tables of docs/adaptive-block-size.md; --task runs one task and leaves the
// results of the others as they are, --docs writes the tables alone.
// In the root folder: npm run study -- adaptive-block-size [--task NAME] [--data DIR] [--out DIR] [--docs]
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setBackend } from '@gyre/tensor'
import { wasm } from '@gyre/wasm'
import { type Cell, type CellResult, runCell, type Sizing } from './adaptive-block-size/run-cell.js'
import {
  readResults,
  resultsFile,
  type StudyBlock,
  type StudyRow,
} from './adaptive-block-size/study-results.js'
import { sectionsOf } from './adaptive-block-size/study-sections.js'
import { type StudyTask, studyTasks } from './adaptive-block-size/study-tasks.js'
import { writeSection } from './document-section.js'
import { fail, root } from './finished-run.js'

const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: process.env.GYRE_DATA },
    out: { type: 'string', default: join(root, '.gyre/studies/adaptive-block-size') },
    task: { type: 'string' },
    docs: { type: 'boolean', default: false },
  },
})
const seeds = [0, 1, 2]
/** Rates are chosen with a seed that the comparison does not use, on the end of the training part. */
const tuningSeed = 100
const rates = [3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1]
const firstRates = [3e-3, 1e-2]

if (!options.docs) await runStudy(options.data, options.out)
for (const [name, section] of Object.entries(sectionsOf(readResults()))) {
  writeSection('adaptive-block-size.md', name, section)
}

async function runStudy(data: string | undefined, out: string): Promise<void> {
  const missing = ['stories260K', 'tinyshakespeare/input.txt'].find(
    (name) => data !== undefined && !existsSync(join(data, name)),
  )
  if (missing !== undefined) fail(`${join(data!, missing)}: there is no such file or folder`)
  const backend = await wasm({ threads: 1 })
  setBackend(backend)
  const all = studyTasks(join(out, 'bases'), data)
  const tasks = all.filter(({ name }) => options.task === undefined || name === options.task)
  if (tasks.length === 0) fail(`--task ${options.task}: expected ${all.map(({ name }) => name).join(', ')}`)
  const { variant } = backend.status
  const madeWith = { backend: `wasm (${variant})`, node: process.version }
  const blocks: StudyBlock[] = []
  for (const task of tasks) {
    for (const p of task.uniform) {
      const uniform = await runRow(task, 'uniform', p, out)
      const budget = uniform.runs[0]!.parameters
      const rows = [uniform]
      for (const sizing of ['energy', 'magnitude'] as const)
        rows.push(await runRow(task, sizing, budget, out))
      blocks.push({ title: task.title, steps: task.steps, ...madeWith, p, budget, rows })
    }
  }
  const others = readResults().blocks.filter(({ title }) => !tasks.some((task) => task.title === title))
  writeFileSync(resultsFile, `${JSON.stringify({ blocks: [...others, ...blocks] }, null, 2)}\n`)
}

/** A way to choose block sizes on a task: first its best rate, then every seed with it. */
async function runRow(task: StudyTask, sizing: Sizing, size: number, out: string): Promise<StudyRow> {
  const learningRate = await bestRate(task, sizing, size, out)
  const runs: CellResult[] = []
  for (const seed of seeds) {
    runs.push(await runOnce({ task, sizing, size, learningRate, seed, tuning: false }, out))
  }
  return { sizing, learningRate, runs }
}

/** Tries rates, and the neighbours of the best one until it has none that is untried. */
async function bestRate(task: StudyTask, sizing: Sizing, size: number, out: string): Promise<number> {
  const losses = new Map<number, number>()
  let best = firstRates[0]!
  let next = firstRates
  while (next.length > 0) {
    for (const learningRate of next) {
      const { loss } = await runOnce(
        { task, sizing, size, learningRate, seed: tuningSeed, tuning: true },
        out,
      )
      losses.set(learningRate, loss)
    }
    best = [...losses].toSorted(([, a], [, b]) => a - b)[0]![0]
    const at = rates.indexOf(best)
    next = rates.slice(Math.max(at - 1, 0), at + 2).filter((rate) => !losses.has(rate))
  }
  return best
}

/** A run; one that an interrupted study has finished is not made again. */
async function runOnce(cell: Cell, out: string): Promise<CellResult> {
  const { task, sizing, size, learningRate, seed } = cell
  const name = `${task.name} ${sizing} ${size}, rate ${learningRate}, seed ${seed}, ${task.steps} steps`
  const file = join(out, `${name}.json`)
  if (!existsSync(file)) {
    const began = performance.now()
    const result = await runCell(cell)
    mkdirSync(out, { recursive: true })
    writeFileSync(file, JSON.stringify(result))
    const seconds = Math.round((performance.now() - began) / 1000)
    console.error(`${name}: loss ${result.loss.toFixed(4)} (${seconds} s)`)
  }
  return JSON.parse(readFileSync(file, 'utf8')) as CellResult
}
