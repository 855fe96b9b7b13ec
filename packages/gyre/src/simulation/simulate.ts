import { valueAndGrad } from '@gyre/autograd'
import {
  Adadelta,
  AdamW,
  gradNorm,
  type NamedParameters,
  type Optimizer,
  SGD,
  seedParameters,
} from '@gyre/nn'
import type { SimulatedOptimizer, SimulatedRun, SimulationSettings, StartingGradient } from '@gyre/report'
import { type HasParameters, meanSquaredError, mul, Rng, type Tensor, tensor } from '@gyre/tensor'
import { CirculantNetwork, recordTrainingCurve } from '@gyre/train'

/** How each optimiser is made, and the learning rate α that suits the dense network. */
export const optimizers = {
  sgd: { learningRate: 1, make: (trained, options) => new SGD(trained, options) },
  adadelta: { learningRate: 1, make: (trained, options) => new Adadelta(trained, options) },
  adamw: { learningRate: 1e-3, make: (trained, options) => new AdamW(trained, options) },
} satisfies {
  readonly [Name in SimulatedOptimizer]: {
    readonly learningRate: number
    readonly make: (trained: NamedParameters, options: { readonly learningRate: number }) => Optimizer
  }
}

/** A run before it is made. */
export type PlannedRun = Pick<SimulatedRun, 'blockSize' | 'optimizer' | 'scaledRate' | 'learningRate'>

/** Every optimiser at every block size, with α and with α / p, which for the dense network are one. */
export function planRuns({ blockSizes, optimizers: names, learningRate }: SimulationSettings): PlannedRun[] {
  return names.flatMap((optimizer) =>
    blockSizes.flatMap((blockSize) => {
      const rate = learningRate ?? optimizers[optimizer].learningRate
      const runs = [{ blockSize, optimizer, scaledRate: false, learningRate: rate }]
      if (blockSize > 1) runs.push({ ...runs[0]!, scaledRate: true, learningRate: rate / blockSize })
      return runs
    }),
  )
}

/** Trains one network. The same seed gives the same inputs to all, and to one block size the same start and targets. */
export async function simulateRun(run: PlannedRun, settings: SimulationSettings): Promise<SimulatedRun> {
  const student = networkOf('student', run.blockSize, settings)
  const trained = trainedBy(student)
  const target = teacherOf(run.blockSize, settings)
  const { learningRate } = run
  const curve = await recordTrainingCurve({
    loss: (x: Tensor) => meanSquaredError(student.forward(x), target(x)),
    trained,
    optimizer: optimizers[run.optimizer].make(trained, { learningRate }),
    batchAt: (step) => inputsAt(step, settings),
    steps: settings.steps,
  })
  return { ...run, ...curve, losses: curve.losses.map(rounded), gradNorms: curve.gradNorms.map(rounded) }
}

/** The first gradient of the networks of a block size, as they are and as a dense network has it. */
export async function startingGradient(
  blockSize: number,
  settings: SimulationSettings,
): Promise<StartingGradient> {
  const student = networkOf('student', blockSize, settings)
  const target = teacherOf(blockSize, settings)
  const x = inputsAt(0, settings)
  const normOf = async (network: CirculantNetwork): Promise<number> => {
    const loss = () => meanSquaredError(network.forward(x), target(x))
    return rounded(await gradNorm(valueAndGrad(loss, trainedBy(network))().grads).item())
  }
  return {
    blockSize,
    parameters: student.countParameters({ trainableOnly: true }),
    norm: await normOf(student),
    denseNorm: await normOf(student.toDense()),
  }
}

/**
 * What a student is to learn: the answers of a network of its own kind with other numbers, so that there is something
 * to learn at every block size. They have the mean square 1, which is thus the loss of answering 0.
 */
function teacherOf(blockSize: number, settings: SimulationSettings): (x: Tensor) => Tensor {
  const teacher = networkOf('teacher', blockSize, settings)
  const sample = normalRows(new Rng(settings.seed).child('sample'), 256, settings.width)
  const answers = teacher.forward(sample).dataSync() as Float32Array
  const meanSquare = answers.reduce((sum, value) => sum + value ** 2, 0) / answers.length
  return (x) => mul(teacher.forward(x), meanSquare ** -0.5)
}

function inputsAt(step: number, { seed, batchSize, width }: SimulationSettings): Tensor {
  return normalRows(new Rng(seed).child('inputs').child(step), batchSize, width)
}

function normalRows(rng: Rng, rows: number, width: number): Tensor {
  return tensor(Float32Array.from(rng.normals(rows * width)), { shape: [rows, width] })
}

function networkOf(
  role: 'teacher' | 'student',
  blockSize: number,
  settings: SimulationSettings,
): CirculantNetwork {
  const network = new CirculantNetwork(settings, blockSize)
  seedParameters(network, new Rng(settings.seed).child(role).bits(1)[0]!)
  return network
}

function trainedBy(network: CirculantNetwork): HasParameters {
  const trained = [...network.namedParameters()].filter(([, { trainable }]) => trainable)
  return { namedParameters: () => trained }
}

/** Four digits are what a curve is read by. */
function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
