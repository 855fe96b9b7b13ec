import { Adadelta, AdamW, type NamedParameters, type Optimizer, SGD } from '@gyre/nn'
import type { SimulatedOptimizer, SimulatedRun, SimulationSettings, StartingGradient } from '@gyre/report'
import type { Tensor } from '@gyre/tensor'
import { recordTrainingCurve, TeacherStudent } from '@gyre/train'

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
  const { blockSize, optimizer, learningRate } = run
  const task = await TeacherStudent.create(blockSize, settings)
  const student = task.student()
  const curve = await recordTrainingCurve({
    loss: (x: Tensor) => task.loss(student, x),
    trained: student,
    optimizer: optimizers[optimizer].make(student, { learningRate }),
    batchAt: (step) => task.inputsAt(step),
    steps: settings.steps,
  })
  return { ...run, ...curve, losses: curve.losses.map(rounded), gradNorms: curve.gradNorms.map(rounded) }
}

/** The first gradient of the networks of a block size, as they are and as a dense network has it. */
export async function startingGradient(
  blockSize: number,
  settings: SimulationSettings,
): Promise<StartingGradient> {
  const task = await TeacherStudent.create(blockSize, settings)
  const student = task.student()
  return {
    blockSize,
    parameters: student.countParameters({ trainableOnly: true }),
    norm: rounded(await task.startingNorm(student)),
    denseNorm: rounded(await task.startingNorm(student.toDense())),
  }
}

/** Four digits are what a curve is read by. */
function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
