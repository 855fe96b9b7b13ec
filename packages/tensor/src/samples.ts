import { tensor } from './create.js'
import type { Data, DType, FloatDType } from './dtype.js'
import { Rng } from './rng.js'
import { type Shape, sizeOf } from './shape.js'
import type { Tensor } from './tensor.js'

/** Makes the seeded inputs of an op's samples: floating-point tensors in the precision that a test asks for. */
export class SampleSource {
  readonly #rng: Rng
  readonly dtype: FloatDType

  constructor(seed: number, dtype: FloatDType = 'float64') {
    this.#rng = new Rng(seed)
    this.dtype = dtype
  }

  /** Normal numbers. */
  normal(shape: Shape, scale = 1): Tensor {
    return this.#make(shape, this.dtype, this.#rng.normals(sizeOf(shape)), (value) => value * scale)
  }

  /** Numbers in [low, high), 0.5 to 2 unless told: away from the poles of logarithms and quotients. */
  between(shape: Shape, low = 0.5, high = 2): Tensor {
    return this.#make(shape, this.dtype, this.#rng.uniforms(sizeOf(shape)), (u) => low + u * (high - low))
  }

  /** Numbers 0.5 apart from each other and at least 0.125 from 0: no ties and no kinks within a finite difference. */
  distinct(shape: Shape): Tensor {
    const size = sizeOf(shape)
    return this.#make(
      shape,
      this.dtype,
      this.#rng.permutation(size),
      (rank) => (rank - size / 2 + 0.25) * 0.5,
    )
  }

  /** Complex numbers with normal parts. */
  complex(shape: Shape): Tensor {
    const dtype = this.dtype === 'float64' ? 'complex128' : 'complex64'
    return this.#make(shape, dtype, this.#rng.normals(2 * sizeOf(shape)), (value) => value)
  }

  /** Integers 0 … below - 1. */
  integers(shape: Shape, below: number): Tensor {
    return this.#make(shape, 'int32', this.#rng.integers(sizeOf(shape), below), (value) => value)
  }

  booleans(shape: Shape): Tensor {
    return this.#make(shape, 'bool', this.#rng.integers(sizeOf(shape), 2), (value) => value)
  }

  #make(shape: Shape, dtype: DType, values: ArrayLike<number>, map: (value: number) => number): Tensor {
    const data = Float64Array.from(values, map)
    return tensor(data as Data, { shape, dtype }) as Tensor
  }
}
