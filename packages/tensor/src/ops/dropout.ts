import type { DType } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { OptionError, ShapeError } from '../errors.js'
import { dispatch } from '../interpreter.js'
import { defineOp, notDifferentiable } from '../op.js'
import { formatShape, type Shape, sameShape, sizeOf } from '../shape.js'
import type { Tensor } from '../tensor.js'
import { threefry2x32, uniformOf } from '../threefry.js'

export type DropoutOptions = {
  /** How likely an element becomes 0: at least 0 and below 1. */
  readonly probability: number
}

export const dropoutOp = defineOp<{ x: Tensor; seed: Tensor }, DropoutOptions>()({
  name: 'dropout',
  doc: {
    summary:
      'Sets each element to 0 with some probability and divides the others by the probability that they stay.',
    source: 'Srivastava et al.: Dropout. JMLR 15, 2014, section 10 (scaling while training).',
  },
  shape: ({ x, seed }, { probability }) => {
    checkDType('dropout', 'x', x.dtype, ['float32', 'float64'])
    checkDType('dropout', 'seed', seed.dtype, ['int32'])
    checkProbability(probability)
    if (!sameShape(seed.shape, [2])) {
      throw new ShapeError(`dropout: seed has shape ${formatShape(seed.shape)}; expected two words, [2]`)
    }
    return { output: x }
  },
  // Elements 2j and 2j + 1 take the two words of the counter j, as `Rng.bits` would draw them from this key.
  reference: ({ x, seed }, { probability }, { output }) => {
    const scale = 1 / (1 - probability)
    const words = new Uint32Array(2)
    for (let i = 0; i < x.data.length; i++) {
      const counter = (i - (i & 1)) / 2
      if ((i & 1) === 0) {
        threefry2x32(seed.data[0]!, seed.data[1]!, counter, Math.floor(counter / 2 ** 32), words)
      }
      output.data[i] = uniformOf(words[i & 1]!) >= probability ? x.data[i]! * scale : 0
    }
  },
  vjp: ({ inputs: { seed }, options, grads }) => ({
    x: () => dispatch(dropoutOp, { x: grads.output, seed }, options).output,
    seed: notDifferentiable('a seed has no slope'),
  }),
  // The random bits are integer work.
  cost: ({ x }) => ({ flops: sizeOf(x.shape) }),
  samples: (source) => [
    {
      name: 'a tenth',
      inputs: { x: source.normal([5, 5]), seed: source.integers([2], 2 ** 31) },
      options: { probability: 0.1 },
    },
    {
      name: 'most',
      inputs: { x: source.normal([3, 2, 4]), seed: source.integers([2], 2 ** 31) },
      options: { probability: 0.75 },
    },
  ],
})

/**
 * Sets each element to 0 with `probability` and divides the others by what is left of it. The same seed drops the
 * same elements: pass another one at every step. Shapes: x any, seed `[2]` of int32 (two words, as `rng.key` has
 * them) → as x.
 */
export function dropout<S extends Shape, D extends DType>(
  x: Tensor<S, D>,
  seed: Tensor,
  { probability }: DropoutOptions,
): Tensor<S, D> {
  if (probability === 0) return x
  return dispatch(dropoutOp, { x: x as unknown as Tensor, seed }, { probability })
    .output as unknown as Tensor<S, D>
}

function checkProbability(probability: number): void {
  // Written so that NaN fails.
  if (!(probability >= 0 && probability < 1)) {
    throw new OptionError(`dropout: probability is ${probability}; expected at least 0 and below 1`)
  }
}
