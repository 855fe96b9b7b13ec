import { AdamW, type NamedParameters, SGD } from '@gyre/nn'
import type { Tensor } from '@gyre/tensor'
import { TeacherStudent, type TrainingPoint, trainingPoints } from '@gyre/train'

/** Small enough for a telephone on the reference kernels, large enough for blocks of 256. */
export const network = { width: 256, layers: 3, batchSize: 16, steps: 60 } as const

export const blockSizes = [1, 4, 16, 64, 256] as const

export type OptimizerName = 'sgd' | 'adamw'
/** How many of its outputs the network is asked for; one is made from all by a fixed random matrix. */
export type OutputCount = 'all' | 'one'

export interface ExplosionSettings {
  readonly blockSize: number
  readonly optimizer: OptimizerName
  readonly outputs: OutputCount
}

/** The learning rates α suit the dense network. */
export const optimizers = {
  sgd: {
    title: 'SGD',
    learningRate: { all: 1, one: 0.005 },
    make: (trained: NamedParameters, learningRate: number) => new SGD(trained, { learningRate }),
  },
  adamw: {
    title: 'AdamW',
    learningRate: { all: 1e-3, one: 1e-3 },
    make: (trained: NamedParameters, learningRate: number) => new AdamW(trained, { learningRate }),
  },
} as const satisfies { readonly [name in OptimizerName]: object }

/** One network's training, as far as it has come. */
export interface ExplosionCurve {
  /** Whether α is divided by p. */
  readonly scaled: boolean
  /** If it diverged, the last one is where. */
  readonly points: readonly TrainingPoint[]
}

export interface ExplosionProgress {
  readonly settings: ExplosionSettings
  /** The norm of the first gradient of the dense network with the same weights. */
  readonly denseNorm: number
  /** With α and with α / p; of the dense network, where these are one, a single curve. */
  readonly curves: readonly ExplosionCurve[]
}

/**
 * Trains the same network with α and with α / p, on the backend of the page, and tells how far it has come after
 * every step of either: nothing is computed until the next one is asked for.
 */
export async function* explosionTraining(
  settings: ExplosionSettings,
): AsyncGenerator<ExplosionProgress, void> {
  const { blockSize, optimizer, outputs } = settings
  const { width, layers, batchSize, steps } = network
  const size = { width, layers, outputs: outputs === 'all' ? width : 1 }
  const task = await TeacherStudent.create(blockSize, { ...size, batchSize, seed: 0 })
  const denseNorm = await task.startingNorm(task.student().toDense())
  const { make, learningRate } = optimizers[optimizer]
  const trainings = (blockSize === 1 ? [false] : [false, true]).map((scaled) => {
    const rate = learningRate[outputs] / (scaled ? blockSize : 1)
    const student = task.student()
    const points = trainingPoints({
      loss: (x: Tensor) => task.loss(student, x),
      trained: student,
      optimizer: make(student, rate),
      batchAt: (step) => task.inputsAt(step),
      steps,
    })
    return { scaled, points, told: [] as readonly TrainingPoint[] }
  })
  const progress = (): ExplosionProgress => ({
    settings,
    denseNorm,
    curves: trainings.map(({ scaled, told }) => ({ scaled, points: told })),
  })
  yield progress()
  for (let step = 0; step < steps; step++) {
    for (const training of trainings) {
      const { value: point } = await training.points.next()
      if (!point) continue
      training.told = [...training.told, point]
      yield progress()
    }
  }
}
