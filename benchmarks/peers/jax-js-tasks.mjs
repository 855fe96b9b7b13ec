import { hashedFloats } from '../src/inputs.ts'
import { denseBlocks, prepareStep } from './jax-js-models.mjs'

/** How jax-js does tasks on whichever device is the default. */
export function tasksOf(jax) {
  /** Results that nothing has waited for. Computing one begins with waiting for it. */
  const unfinished = []
  return {
    prepare: (task) => (task.kind === 'step' ? prepareStep(jax, task) : operation(jax, task, unfinished)),
    finish: async () => {
      const results = unfinished.splice(0)
      await jax.blockUntilReady(results)
      jax.tree.dispose(results)
    },
  }
}

function operation({ numpy: np, nn, jit, vjp, tree }, task, unfinished) {
  const floats = (seed, shape, scale = 1) =>
    np
      .array(
        hashedFloats(
          seed,
          shape.reduce((size, dim) => size * dim, 1),
          scale,
        ),
      )
      .reshape(shape)
  const of = (inputs, compute, join = (result) => result) => ({
    run: () => void unfinished.push(compute(...inputs.map((input) => input.ref))),
    check: () => join(compute(...inputs.map((input) => input.ref))).data(),
    end: () => tree.dispose(inputs),
  })
  const flat = (results) => np.concatenate(results.map((result) => result.reshape([-1])))
  if (task.kind === 'sgemm') {
    const { m, n, k, transposeA, transposeB } = task
    const inputs = [floats(1, transposeA ? [k, m] : [m, k]), floats(2, transposeB ? [n, k] : [k, n])]
    const product = (a, b) => np.matmul(transposeA ? a.transpose() : a, transposeB ? b.transpose() : b)
    return of(inputs, product)
  }
  if (task.kind === 'rfft') {
    const pairs = ({ real, imag }) => np.stack([real, imag], -1).reshape([-1])
    return of([floats(1, [task.rows, task.n])], (x) => np.fft.rfft(x), pairs)
  }
  if (task.kind === 'softmax' && task.pass === 'forward') {
    return of(
      [floats(1, [task.rows, task.columns], 4)],
      jit((x) => nn.softmax(x, -1)),
    )
  }
  if (task.kind === 'blockCirculant') {
    const { rows, n, p, pass } = task
    // The dense matrix is laid out before the product reads it.
    const dense = jit((c) => denseBlocks(np, c))
    const layer = (x, c) => np.matmul(x, dense(c))
    const inputs = [floats(1, [rows, n]), floats(2, [n / p, n / p, p])]
    if (pass === 'forward') return of(inputs, layer)
    const withGradients = (x, c, arriving) => {
      const [y, pullback] = vjp(layer, [x, c])
      const gradients = pullback(arriving)
      pullback.dispose()
      return [y, ...gradients]
    }
    return of([...inputs, floats(3, [rows, n])], withGradients, flat)
  }
  return undefined
}
