import { cost, trace } from '@gyre/graph'
import { fft, mul, type Shape, sum, type Tensor, tensor } from '@gyre/tensor'
import { butterflies, decimatedOrder, stageCount } from './stages.js'

type ComplexTensor = Tensor<Shape, 'complex64'>

/** Every column of the picture as the transforms that it holds, and the transform once more by its definition. */
export function transformByStages(samples: readonly number[]): {
  readonly columns: readonly ComplexTensor[]
  readonly byDefinition: ComplexTensor
} {
  const n = samples.length
  const columns = Array.from({ length: stageCount(n) + 1 }, (_, stage) => {
    const ordered = decimatedOrder(n, stage).map((index) => samples[index]!)
    return fft(complexTensor(ordered, [n / 2 ** stage, 2 ** stage]))
  })
  return { columns, byDefinition: transformByDefinition(unitRoots(n), complexTensor(samples, [n])) }
}

/** X[k] = Σ_j W[k, j] · x[j]. */
function transformByDefinition(roots: ComplexTensor, x: ComplexTensor): ComplexTensor {
  return sum(mul(roots, x), { axes: [-1] }) as ComplexTensor
}

/** What the two ways take, counted. */
export interface TransformCost {
  /** Complex multiplications, each followed by an addition. */
  readonly multiplyAdds: number
  /** Of the traced operations. */
  readonly flops: number
}

/** The fast transform: each butterfly makes two numbers, each by a multiplication and an addition. */
export function fastCost(n: number): TransformCost {
  return {
    multiplyAdds: butterflies(n).reduce((total, stage) => total + 2 * stage.length, 0),
    flops: cost(trace((x: ComplexTensor) => fft(x))({ shape: [n], dtype: 'complex64' })).flops,
  }
}

/** The definition: a multiplication and an addition for each number of the matrix W. */
export function definitionCost(n: number): TransformCost {
  const specs = [
    { shape: [n, n], dtype: 'complex64' },
    { shape: [n], dtype: 'complex64' },
  ] as const
  return {
    multiplyAdds: specs[0].shape[0] * specs[0].shape[1],
    flops: cost(trace(transformByDefinition)(...specs)).flops,
  }
}

function complexTensor(real: readonly number[], shape: readonly number[]): ComplexTensor {
  const data = new Float32Array(2 * real.length)
  real.forEach((value, i) => {
    data[2 * i] = value
  })
  return tensor(data, { shape, dtype: 'complex64' })
}

/** W[k, j] = exp(−2πi jk / n). */
function unitRoots(n: number): ComplexTensor {
  const data = new Float32Array(2 * n * n)
  for (let k = 0; k < n; k++) {
    for (let j = 0; j < n; j++) {
      const angle = (-2 * Math.PI * ((j * k) % n)) / n
      data.set([Math.cos(angle), Math.sin(angle)], 2 * (k * n + j))
    }
  }
  return tensor(data, { shape: [n, n], dtype: 'complex64' })
}
