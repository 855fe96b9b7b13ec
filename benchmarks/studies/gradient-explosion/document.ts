import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  finalLoss,
  type Line,
  parseSimulation,
  renderLineChart,
  renderMarkdownTable,
  type Simulation,
  simulationTables,
} from '@gyre/report'
import { type CheckpointStudy, isWorse, type StudiedOptimizer, type StudiedRate } from './checkpoint-study.js'

/** What the study leaves in its folder of results. */
export interface Results {
  /** With as many outputs as the width, and with one. */
  readonly simulation: Simulation
  readonly oneOutput: Simulation
  readonly checkpoint: CheckpointStudy
}

/** The files of `Results`. */
export const resultFiles = {
  simulation: 'simulation.json',
  oneOutput: 'simulation-one-output.json',
  checkpoint: 'gradient-explosion.json',
} satisfies { readonly [Name in keyof Results]: string }

export function readResults(folder: string): Results {
  const read = (name: keyof Results): string => readFileSync(join(folder, resultFiles[name]), 'utf8')
  return {
    simulation: parseSimulation(read('simulation'), resultFiles.simulation),
    oneOutput: parseSimulation(read('oneOutput'), resultFiles.oneOutput),
    checkpoint: JSON.parse(read('checkpoint')) as CheckpointStudy,
  }
}

/** The generated parts of docs/gradient-explosion.md, by the names of their marks. */
export function sectionsOf({ simulation, oneOutput, checkpoint }: Results): {
  readonly [name: string]: string
} {
  return {
    simulation: simulationTables(simulation),
    'one-output': simulationTables(oneOutput),
    'checkpoint-gradient': checkpointGradients(checkpoint),
    'checkpoint-rates': checkpointRates(checkpoint),
  }
}

/** The figures, by their files' names in docs/. */
export function figuresOf({ simulation, checkpoint }: Results): { readonly [file: string]: string } {
  return {
    'gradient-explosion-simulation.svg': simulationFigure(simulation),
    'gradient-explosion-sgd.svg': ratesFigure(checkpoint, 'SGD'),
    'gradient-explosion-adamw.svg': ratesFigure(checkpoint, 'AdamW'),
  }
}

function checkpointGradients({ blockSizes }: CheckpointStudy): string {
  // Every place of ΔW has a number of its own at p = 1, whose gradient is G.
  const dense = blockSizes.find(({ blockSize }) => blockSize === 1)!
  return renderMarkdownTable(
    [
      { title: 'p' },
      { title: 'trained numbers' },
      { title: 'norm', digits: 3 },
      { title: 'norm / dense', digits: 2 },
      { title: 'r.m.s. / dense', digits: 1 },
      { title: '√p', digits: 1 },
      { title: 'share of ‖G‖² that is block-circulant', digits: 3 },
    ],
    blockSizes.map(({ blockSize, parameters, gradNorm }) => {
      const growth = gradNorm / dense.gradNorm
      return [
        blockSize,
        parameters,
        gradNorm,
        growth,
        growth * Math.sqrt(blockSize),
        Math.sqrt(blockSize),
        growth ** 2 / blockSize,
      ]
    }),
  )
}

function checkpointRates({ blockSizes, unadaptedLoss, settings }: CheckpointStudy): string {
  const found = blockSizes.map(({ blockSize, rates }) => ({
    blockSize,
    SGD: outcomeOf(rates.SGD, unadaptedLoss),
    AdamW: outcomeOf(rates.AdamW, unadaptedLoss),
  }))
  const columns = ['best', 'its loss', 'α / p gives', 'diverges at']
  const table = renderMarkdownTable(
    [
      { title: 'p' },
      ...(['SGD', 'AdamW'] as const).flatMap((name) =>
        columns.map((title) => ({ title: `${name}: ${title}` })),
      ),
    ],
    blockSizes.map(({ blockSize, rates }, index) => [
      String(blockSize),
      ...(['SGD', 'AdamW'] as const).flatMap((name) => {
        const { best, diverges } = found[index]![name]
        const scaled = found[0]![name].best.learningRate / blockSize
        return [
          rateText(best.learningRate),
          best.loss!.toFixed(3),
          lossAt(rates[name], scaled),
          diverges === undefined ? '–' : rateText(diverges),
        ]
      }),
    ]),
  )
  const slopes = (['SGD', 'AdamW'] as const).map((name) => {
    const best = exponent(found.map((row) => [row.blockSize, row[name].best.learningRate]))
    const diverging = exponent(
      found.flatMap((row) =>
        row[name].diverges === undefined ? [] : [[row.blockSize, row[name].diverges] as const],
      ),
    )
    return `${name}: best rate ∝ p^${best.toFixed(2)}, diverging rate ∝ p^${diverging.toFixed(2)}`
  })
  const { steps, batchSize, sequenceLength, lastSteps, seed } = settings
  return [
    table,
    `${slopes.join('; ')} (least squares over the logarithms).`,
    `${steps} steps of ${batchSize} × ${sequenceLength} tokens, seed ${seed}; losses are means over the last ${lastSteps} steps, and ${unadaptedLoss.toFixed(3)} without an adapter. “α / p gives” is the loss at the dense network’s best rate divided by p, at the rate of the grid that is nearest.`,
  ].join('\n\n')
}

/** The rate of the lowest loss, and the lowest rate from which on every training ended worse than it began. */
function outcomeOf(
  rates: readonly StudiedRate[],
  unadaptedLoss: number,
): { readonly best: StudiedRate; readonly diverges: number | undefined } {
  const best = rates.reduce((a, b) => ((b.loss ?? Infinity) < (a.loss ?? Infinity) ? b : a))
  const lastGood = rates.findLastIndex((rate) => !isWorse(rate, unadaptedLoss))
  return { best, diverges: rates[lastGood + 1]?.learningRate }
}

function lossAt(rates: readonly StudiedRate[], learningRate: number): string {
  const distance = (rate: StudiedRate): number => Math.abs(Math.log2(rate.learningRate / learningRate))
  const nearest = rates.reduce((a, b) => (distance(b) < distance(a) ? b : a))
  // Rates are half a power of two apart.
  return distance(nearest) > 0.3 ? '–' : (nearest.loss?.toFixed(3) ?? 'diverges')
}

/** The slope of log y over log x by least squares. */
function exponent(points: readonly (readonly [x: number, y: number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const)
  const mean = (index: 0 | 1): number => logs.reduce((sum, log) => sum + log[index], 0) / logs.length
  const [mx, my] = [mean(0), mean(1)]
  const product = logs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0)
  return product / logs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0)
}

function rateText(rate: number): string {
  return String(Number(rate.toPrecision(2)))
}

function ratesFigure({ blockSizes, unadaptedLoss }: CheckpointStudy, optimizer: StudiedOptimizer): string {
  return renderLineChart({
    title: `stories260K on Shakespeare, ${optimizer}: loss by learning rate`,
    xTitle: 'learning rate of c, as applied',
    yTitle: 'loss per token',
    logarithmic: { x: true },
    yLimit: unadaptedLoss,
    lines: blockSizes.map(({ blockSize, rates }) => ({
      label: `p = ${blockSize}`,
      points: rates[optimizer].map(({ learningRate, loss = unadaptedLoss }) => [learningRate, loss] as const),
    })),
  })
}

/** Losses of SGD with α, and dashed with α / p. */
function simulationFigure({ runs, settings }: Simulation): string {
  const lines: Line[] = runs
    .filter(({ optimizer }) => optimizer === 'sgd')
    .map(({ blockSize, scaledRate, losses, ...run }) => {
      const points = losses.map((loss, step) => [step + 1, loss] as const)
      // One that diverged leaves the picture.
      if (finalLoss({ losses, ...run }) === undefined) points.push([losses.length + 1, 3])
      return { label: `p = ${blockSize}`, points, dashed: scaledRate }
    })
  return renderLineChart({
    title: `SGD with α (solid) and α / p (dashed), width ${settings.width}`,
    xTitle: 'step',
    yTitle: 'loss',
    yLimit: 3,
    lines,
  })
}
