import { join } from 'node:path'
import {
  finalLoss,
  formatSimulation,
  recordsOf,
  type SimulatedOptimizer,
  type SimulatedRun,
  type Simulation,
  type SimulationSettings,
  type StartingGradient,
  simulatedOptimizers,
  simulationMarkdown,
} from '@gyre/report'
import { writeAtomically } from '@gyre/safetensors/node'
import { type Command, InvalidArgumentError } from 'commander'
import { chooseBackend } from '../backend.js'
import { type CommonOptions, integer, makeOutputFolder, nameList, positiveNumber } from '../common-options.js'
import { UsageError } from '../errors.js'
import { createProgress } from '../progress.js'
import { optimizers, planRuns, simulateRun, startingGradient } from '../simulation/simulate.js'
import { writeResultsPage } from '../write-results-report.js'

interface SimulateOptions extends CommonOptions {
  readonly steps: number
  readonly batchSize: number
  readonly width: number
  readonly layers: number
  readonly outputs?: number
  readonly blockSizes?: readonly number[]
  readonly optimizers: readonly SimulatedOptimizer[]
  readonly learningRate?: number
  readonly out: string
}

const optimizerNames = Object.keys(simulatedOptimizers) as SimulatedOptimizer[]
const defaultBlockSizes = [1, 4, 16, 64, 256, 1024]

export function addSimulate(program: Command): Command {
  const rates = Object.entries(optimizers).map(([name, { learningRate }]) => `${name} ${learningRate}`)
  return program
    .command('simulate')
    .description(
      'train dense and block-circulant networks, with the learning rate α and with α / p, and compare',
    )
    .option('--steps <n>', 'updates of each network', integer(1), 100)
    .option('--batch-size <n>', 'inputs in a batch', integer(1), 32)
    .option('--width <n>', 'inputs and outputs of every layer', integer(1), 1024)
    .option('--layers <n>', 'square layers, with ReLU between them', integer(1), 3)
    .option(
      '--outputs <n>',
      'outputs of the network; fewer than the width come from a fixed random matrix. Default: the width',
      integer(1),
    )
    .option(
      '--block-sizes <list>',
      `block sizes p, separated by commas; 1 is dense. Default: those of ${defaultBlockSizes.join(',')} that divide the width`,
      blockSizeList,
    )
    .option('--optimizers <list>', 'optimisers, separated by commas', optimizerList, optimizerNames)
    .option(
      '--learning-rate <rate>',
      `α, in place of each optimiser's own: ${rates.join(', ')}`,
      positiveNumber,
    )
    .option('--out <dir>', 'folder for simulation.json, .md and .html', '.gyre/simulation')
    .action(runSimulate)
}

async function runSimulate(options: SimulateOptions): Promise<void> {
  const settings = settingsOf(options)
  await chooseBackend(options)
  await makeOutputFolder(options.out)
  const gradients: StartingGradient[] = []
  for (const size of settings.blockSizes) gradients.push(await startingGradient(size, settings))
  const runs = await simulateAll(settings)
  const simulation: Simulation = { format: 'gyre-simulation', version: 1, settings, gradients, runs }
  const text = `${JSON.stringify(simulation)}\n`
  const path = join(options.out, 'simulation')
  await writeAtomically(`${path}.json`, text)
  await writeAtomically(`${path}.md`, simulationMarkdown(simulation))
  await writeResultsPage(`${path}.html`, recordsOf(simulation, `${path}.json`))
  if (options.json) process.stdout.write(text)
  else console.log(`\n${formatSimulation(simulation)}\n\nwritten: ${path}.json, .md and .html`)
}

async function simulateAll(settings: SimulationSettings): Promise<SimulatedRun[]> {
  const planned = planRuns(settings)
  const progress = createProgress()
  try {
    const bar = progress.start('simulation', planned.length, 'networks')
    const runs: SimulatedRun[] = []
    for (const each of planned) {
      const run = await simulateRun(each, settings)
      runs.push(run)
      const outcome = finalLoss(run)?.toFixed(3) ?? `diverged at step ${run.divergedAt}`
      bar.update(runs.length, `${simulatedOptimizers[run.optimizer]}, p = ${run.blockSize}: ${outcome}`)
    }
    bar.stop()
    return runs
  } finally {
    progress.close()
  }
}

function settingsOf(options: SimulateOptions): SimulationSettings {
  const { steps, batchSize, width, layers, outputs = width, seed, learningRate } = options
  if (outputs > width)
    throw new UsageError(`--outputs ${outputs}: a network of width ${width} has ${width} outputs at most`)
  const blockSizes = options.blockSizes ?? defaultBlockSizes.filter((size) => width % size === 0)
  const misfit = blockSizes.find((size) => width % size !== 0)
  if (misfit !== undefined)
    throw new UsageError(`--block-sizes: ${misfit} does not divide the width ${width}`)
  return {
    width,
    layers,
    outputs,
    steps,
    batchSize,
    seed,
    blockSizes,
    optimizers: options.optimizers,
    learningRate,
  }
}

function blockSizeList(text: string): number[] {
  const parse = integer(1)
  return [...new Set(nameList(text).map(parse))]
}

function optimizerList(text: string): SimulatedOptimizer[] {
  const names = nameList(text)
  const unknown = names.find((name) => !(optimizerNames as string[]).includes(name))
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`'${unknown}' is none of ${optimizerNames.join(', ')}.`)
  }
  return [...new Set(names)] as SimulatedOptimizer[]
}
