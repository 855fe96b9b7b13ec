import { valueAndGrad } from '@gyre/autograd'
import { gradNorm, seedParameters } from '@gyre/nn'
import { meanSquaredError, mul, Rng, type Tensor, tensor } from '@gyre/tensor'
import { CirculantNetwork, type NetworkSize } from './circulant-network.js'

export interface TeacherStudentSettings extends NetworkSize {
  readonly batchSize: number
  readonly seed: number
}

/**
 * A regression on the answers of a teacher: a network of the student's own kind with other numbers, so that there is
 * something to learn at every block size. The answers have the mean square 1, which is thus the loss of answering 0.
 * A seed gives the same inputs at every block size.
 */
export class TeacherStudent {
  readonly #blockSize: number
  readonly #settings: TeacherStudentSettings
  readonly #teacher: CirculantNetwork
  readonly #answerScale: number

  private constructor(
    blockSize: number,
    settings: TeacherStudentSettings,
    teacher: CirculantNetwork,
    answerScale: number,
  ) {
    this.#blockSize = blockSize
    this.#settings = settings
    this.#teacher = teacher
    this.#answerScale = answerScale
  }

  /** Draws a teacher and asks it how large its answers are. */
  static async create(blockSize: number, settings: TeacherStudentSettings): Promise<TeacherStudent> {
    const teacher = networkOf('teacher', blockSize, settings)
    const sample = normalRows(new Rng(settings.seed).child('sample'), 256, settings.width)
    const answers = (await teacher.forward(sample).data()) as Float32Array
    const meanSquare = answers.reduce((sum, value) => sum + value ** 2, 0) / answers.length
    return new TeacherStudent(blockSize, settings, teacher, meanSquare ** -0.5)
  }

  /** A network to be trained; all of them begin with the same numbers. */
  student(): CirculantNetwork {
    return networkOf('student', this.#blockSize, this.#settings)
  }

  /** The inputs of a step, counted from 0: new ones each time. */
  inputsAt(step: number): Tensor {
    const { seed, batchSize, width } = this.#settings
    return normalRows(new Rng(seed).child('inputs').child(step), batchSize, width)
  }

  /** The mean squared difference between the network's answers and the teacher's. */
  loss(network: CirculantNetwork, x: Tensor): Tensor {
    return meanSquaredError(network.forward(x), mul(this.#teacher.forward(x), this.#answerScale))
  }

  /** The L2 norm of the gradient for everything that is trained in the network, at the first step. */
  async startingNorm(network: CirculantNetwork): Promise<number> {
    const x = this.inputsAt(0)
    const { grads } = valueAndGrad(() => this.loss(network, x), network)()
    return gradNorm(grads).item()
  }
}

function normalRows(rng: Rng, rows: number, width: number): Tensor {
  return tensor(Float32Array.from(rng.normals(rows * width)), { shape: [rows, width] })
}

function networkOf(
  role: 'teacher' | 'student',
  blockSize: number,
  settings: TeacherStudentSettings,
): CirculantNetwork {
  const network = new CirculantNetwork(settings, blockSize)
  seedParameters(network, new Rng(settings.seed).child(role).bits(1)[0]!)
  return network
}
