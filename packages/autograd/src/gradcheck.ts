import { type Data, formatShape, GradientError, Rng, Tensor, tensor } from '@gyre/tensor'
import { vjpOfMany } from './grad.js'

export interface GradcheckOptions {
  /** Largest accepted error relative to the largest derivative (or to 1, if that is larger). Default 1e-6. */
  readonly tolerance?: number
  /** Step of the central difference. Default 1e-4; its error falls with the fourth power. */
  readonly step?: number
  /** Check derivatives along so many random directions instead of along every axis: cheap at any size. */
  readonly directions?: number
  readonly seed?: number
}

/**
 * Compares the gradients of `fn` with finite differences of it, for every number of every input. Inputs and
 * results must be float64 or complex128; a complex number counts as a pair. Returns the largest relative error;
 * throws a `GradientError` that names the input and the index when it exceeds the tolerance.
 *
 * The difference is Richardson's: (8 (f(x+h) - f(x-h)) - (f(x+2h) - f(x-2h))) / 12h, with an error of h⁴.
 */
export function gradcheck(
  fn: (...inputs: readonly Tensor[]) => Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  { tolerance = 1e-6, step = 1e-4, directions, seed = 0 }: GradcheckOptions = {},
): number {
  for (const [i, input] of inputs.entries()) {
    if (input.dtype !== 'float64' && input.dtype !== 'complex128') {
      throw new GradientError(`gradcheck: input ${i} is ${input.dtype}; expected float64 or complex128`)
    }
  }
  const many = (...tensors: readonly Tensor[]): readonly Tensor[] => {
    const result = fn(...tensors)
    return result instanceof Tensor ? [result] : result
  }
  const rng = new Rng(seed)
  const { values, pullback } = vjpOfMany(many, inputs)
  // The gradient of one random weighted sum of all results is checked: a wrong entry cannot hide in it.
  const weights = values.map((value) => rng.normals(value.dataSync().length))
  const gradients = pullback(values.map((value, i) => tensorLike(value, weights[i]!))).map((g) =>
    g.dataSync(),
  )

  const numbers = inputs.map((input) => input.dataSync() as Float64Array)
  const weightedSum = (direction: readonly Float64Array[], distance: number): number => {
    const moved = inputs.map((input, i) =>
      tensorLike(
        input,
        numbers[i]!.map((value, j) => value + distance * direction[i]![j]!),
      ),
    )
    return many(...moved).reduce((total, value, i) => total + dot(value.dataSync(), weights[i]!), 0)
  }
  const numeric = (direction: readonly Float64Array[]): number => {
    const near = weightedSum(direction, step) - weightedSum(direction, -step)
    const far = weightedSum(direction, 2 * step) - weightedSum(direction, -2 * step)
    return (8 * near - far) / (12 * step)
  }

  const pairs: { where: string; analytic: number; numeric: number }[] = []
  if (directions !== undefined) {
    for (let d = 0; d < directions; d++) {
      const direction = numbers.map((values) => rng.normals(values.length))
      const analytic = gradients.reduce((total, gradient, i) => total + dot(gradient, direction[i]!), 0)
      pairs.push({ where: `direction ${d}`, analytic, numeric: numeric(direction) })
    }
  } else {
    inputs.forEach((input, i) => {
      numbers[i]!.forEach((_, j) => {
        const direction = numbers.map((values) => new Float64Array(values.length))
        direction[i]![j] = 1
        const where = `input ${i} ${formatShape(input.shape)} at number ${j}`
        pairs.push({ where, analytic: gradients[i]![j]!, numeric: numeric(direction) })
      })
    })
  }

  const scale = Math.max(1, ...pairs.map((pair) => Math.abs(pair.numeric)))
  let worst = 0
  for (const { where, analytic, numeric } of pairs) {
    const error = Math.abs(analytic - numeric) / scale
    // Written so that NaN fails.
    if (!(error <= tolerance)) {
      throw new GradientError(
        `gradcheck: ${where}: the gradient says ${analytic}, finite differences say ${numeric} ` +
          `(relative error ${error.toExponential(1)}, tolerance ${tolerance.toExponential(0)})`,
      )
    }
    worst = Math.max(worst, error)
  }
  return worst
}

function tensorLike(like: Tensor, data: Data): Tensor {
  return tensor(data, { shape: like.shape, dtype: like.dtype })
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
