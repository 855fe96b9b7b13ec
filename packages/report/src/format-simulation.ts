import {
  finalLoss,
  type SimulatedOptimizer,
  type SimulatedRun,
  type Simulation,
  type StartingGradient,
  simulatedOptimizers,
} from './simulation.js'
import { renderMarkdownTable, renderTable, type TableCell, type TableColumn } from './table.js'

/** The tables as plain text: how the gradient begins, then how each optimiser fared. */
export function formatSimulation(simulation: Simulation): string {
  return sections(simulation)
    .map(({ title, columns, rows }) => `${title}\n\n${renderTable(columns, rows)}`)
    .concat(explanation(simulation))
    .join('\n\n')
}

/** The same as a document. */
export function simulationMarkdown(simulation: Simulation): string {
  return `# Gradients and learning rates of block-circulant networks\n\n${simulationTables(simulation)}\n`
}

/** The tables and what their columns mean, without a title. */
export function simulationTables(simulation: Simulation): string {
  const tables = sections(simulation).map(
    ({ title, columns, rows }) => `**${title}**\n\n${renderMarkdownTable(columns, rows)}`,
  )
  return [...tables, explanation(simulation)].join('\n\n')
}

interface Section {
  readonly title: string
  readonly columns: readonly TableColumn[]
  readonly rows: readonly (readonly TableCell[])[]
}

function sections({ settings, gradients, runs }: Simulation): Section[] {
  return [
    gradientSection(gradients),
    ...settings.optimizers.map((name) => optimizerSection(name, runs, settings.blockSizes)),
  ]
}

function gradientSection(gradients: readonly StartingGradient[]): Section {
  return {
    title: 'The gradient at the first step, beside that of a dense network with the same weights',
    columns: [
      { title: 'p' },
      { title: 'trained numbers' },
      { title: 'norm', digits: 2 },
      { title: 'dense norm', digits: 2 },
      { title: 'norm / dense', digits: 2 },
      { title: 'r.m.s. / dense', digits: 1 },
      { title: '√p', digits: 1 },
    ],
    rows: gradients.map(({ blockSize, parameters, norm, denseNorm }) => [
      blockSize,
      parameters,
      norm,
      denseNorm,
      norm / denseNorm,
      // There are p times fewer numbers than in the dense network.
      (norm / denseNorm) * Math.sqrt(blockSize),
      Math.sqrt(blockSize),
    ]),
  }
}

function optimizerSection(
  optimizer: SimulatedOptimizer,
  runs: readonly SimulatedRun[],
  blockSizes: readonly number[],
): Section {
  const runOf = (blockSize: number, scaled: boolean): SimulatedRun =>
    // For the dense network α and α / p are one.
    runs.find(
      (run) =>
        run.optimizer === optimizer &&
        run.blockSize === blockSize &&
        run.scaledRate === (scaled && blockSize > 1),
    )!
  return {
    title: `${simulatedOptimizers[optimizer]}, α = ${runOf(blockSizes[0]!, false).learningRate}`,
    columns: [
      { title: 'p' },
      { title: 'loss with α' },
      { title: 'largest norm with α' },
      { title: 'loss with α / p' },
      { title: 'largest norm with α / p' },
    ],
    rows: blockSizes.map((size) => [
      size,
      ...[runOf(size, false), runOf(size, true)].flatMap((run) => [outcome(run), largestNorm(run)]),
    ]),
  }
}

/** The loss in the end, or where it was lost. */
function outcome(run: SimulatedRun): string {
  return finalLoss(run)?.toFixed(3) ?? `diverges at step ${run.divergedAt}`
}

function largestNorm({ gradNorms }: SimulatedRun): string {
  return gradNorms.length === 0 ? '–' : Math.max(...gradNorms).toPrecision(3)
}

function explanation({ settings }: Simulation): string {
  const { width, layers, outputs, steps, batchSize, seed } = settings
  const made = `${outputs} ${outputs === 1 ? 'output' : 'outputs'}${outputs < width ? ', through a fixed random matrix' : ''}`
  return [
    `${layers} ${layers === 1 ? 'layer' : 'layers'} of ${width} × ${width} with ReLU between them, ${made}; ${steps} steps of ${batchSize} inputs, seed ${seed}.`,
    'A loss is the mean over the last tenth of the steps; 1 is what answering 0 reaches.',
    'A training diverges when its loss is no number or 100 times the first, or when its gradient is exactly 0.',
  ].join(' ')
}
