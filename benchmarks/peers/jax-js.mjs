import { hashedFloats } from '../src/inputs.ts'
import { installWorkers } from './jax-js-workers.mjs'

/** jax-js on WebAssembly. By itself it has one thread in Node, which lacks the browser's `Worker`. */
export default async ({ threads }) => {
  // It asks the navigator for a GPU, and for the number of threads.
  globalThis.navigator ??= { hardwareConcurrency: threads }
  if (threads > 1) installWorkers()
  const jax = await import('@jax-js/jax')
  await jax.init('wasm')
  jax.defaultDevice('wasm')
  const { prepareStep } = await import('./jax-js-models.mjs')
  return {
    describe: () => `0.1.25${threads > 1 ? ', with a Worker over worker_threads' : ''}`,
    prepare: (task) => (task.kind === 'step' ? prepareStep(jax, task) : operation(jax, task)),
  }
}

function operation({ numpy: np, nn, jit, blockUntilReady, tree }, task) {
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
    run: async () => {
      const result = compute(...inputs.map((input) => input.ref))
      await blockUntilReady(result)
      tree.dispose(result)
    },
    check: () => join(compute(...inputs.map((input) => input.ref))).data(),
    end: () => tree.dispose(inputs),
  })
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
  return undefined
}
