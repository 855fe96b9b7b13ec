import { embedding, lazyTensor, type Tensor } from '@gyre/tensor'

/** Cosines and sines of the rotary angles, each `[T, D]`, or `[B, T, D]` for each of a batch; the halves repeated. */
export interface RotaryTables {
  readonly cos: Tensor
  readonly sin: Tensor
}

/**
 * The angle of position t and pair i is t / scalingFactor · theta^(-2i/D); the second half of each row repeats the
 * first, as the rotate-half form wants it. Lazy constants: a trace allocates none.
 *
 * @source Su et al.: RoFormer. arXiv 2104.09864, section 3.2.2. Scaling: Chen et al.: Position Interpolation. arXiv
 * 2306.15595, equation 3.
 */
export function rotaryTables(
  length: number,
  headSize: number,
  theta: number,
  scalingFactor = 1,
): RotaryTables {
  const table = (of: (angle: number) => number): Tensor =>
    lazyTensor({ shape: [length, headSize], dtype: 'float32' }, () => {
      const data = new Float32Array(length * headSize)
      for (let t = 0; t < length; t++) {
        for (let i = 0; i < headSize; i++) {
          const pair = i % (headSize / 2)
          data[t * headSize + i] = of((t / scalingFactor) * theta ** ((-2 * pair) / headSize))
        }
      }
      return data
    }) as Tensor
  return { cos: table(Math.cos), sin: table(Math.sin) }
}

/** The tables of some positions, int32 `[T]` or `[B, T]`. */
export function rotaryRows({ cos, sin }: RotaryTables, positions: Tensor): RotaryTables {
  return { cos: embedding(cos, positions), sin: embedding(sin, positions) }
}
