import type { NetworkSize, TrainingCurve } from '@gyre/train'
import { ReportError } from './errors.js'

/** The optimisers that a simulation compares, by their names in its file. */
export const simulatedOptimizers = { sgd: 'SGD', adadelta: 'Adadelta', adamw: 'AdamW' } as const

export type SimulatedOptimizer = keyof typeof simulatedOptimizers

/** The networks of a simulation, and how they are trained. */
export interface SimulationSettings extends NetworkSize {
  readonly steps: number
  readonly batchSize: number
  readonly seed: number
  readonly blockSizes: readonly number[]
  readonly optimizers: readonly SimulatedOptimizer[]
  /** α, in place of each optimiser's own. */
  readonly learningRate?: number
}

/** How one network was trained, and how that went. */
export interface SimulatedRun extends TrainingCurve {
  /** p; 1 is the dense network. */
  readonly blockSize: number
  readonly optimizer: SimulatedOptimizer
  /** Whether α is divided by p. */
  readonly scaledRate: boolean
  /** The rate that was applied: α or α / p. */
  readonly learningRate: number
}

/** The gradient of one network at the first step. */
export interface StartingGradient {
  readonly blockSize: number
  /** Numbers that are trained. */
  readonly parameters: number
  /** L2 norm of the gradient for them. */
  readonly norm: number
  /** The same for a dense network with the same weights: the norm of G in docs/gradient-explosion.md. */
  readonly denseNorm: number
}

/** What `gyre simulate` finds, and the form of its file `simulation.json`. */
export interface Simulation {
  readonly format: 'gyre-simulation'
  readonly version: 1
  readonly settings: SimulationSettings
  readonly gradients: readonly StartingGradient[]
  /** For the dense network α and α / p are one, and so is the run. */
  readonly runs: readonly SimulatedRun[]
}

/** Reads the text of a `simulation.json`; `where` names it in errors. */
export function parseSimulation(text: string, where: string): Simulation {
  let value: Partial<Simulation> | null
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new ReportError(`${where}: ${(error as Error).message}`)
  }
  if (value?.format !== 'gyre-simulation' || value.version !== 1) {
    throw new ReportError(
      `${where}: expected format "gyre-simulation" in version 1, got ${JSON.stringify(value?.format)} in version ${JSON.stringify(value?.version)}`,
    )
  }
  return value as Simulation
}

/** The mean loss of the last tenth of the steps; undefined where the training diverged. */
export function finalLoss({ losses, divergedAt }: TrainingCurve): number | undefined {
  if (divergedAt !== undefined) return undefined
  const last = losses.slice(-Math.ceil(losses.length / 10))
  return last.reduce((sum, loss) => sum + loss, 0) / last.length
}
