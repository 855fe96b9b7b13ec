import { tasksOf } from './jax-js-tasks.mjs'
import { installWorkers } from './jax-js-workers.mjs'

/** jax-js on WebAssembly. By itself it has one thread in Node, which lacks the browser's `Worker`. */
export default async ({ threads }) => {
  // It asks the navigator for a GPU, and for the number of threads.
  globalThis.navigator ??= { hardwareConcurrency: threads }
  if (threads > 1) installWorkers()
  const jax = await import('@jax-js/jax')
  await jax.init('wasm')
  jax.defaultDevice('wasm')
  const { prepare, finish } = tasksOf(jax)
  return {
    describe: () => `0.1.25${threads > 1 ? ', with a Worker over worker_threads' : ''}`,
    finish,
    // Here, unlike on WebGPU, it gets some elements of the dense matrix of several blocks wrong.
    prepare: (task) => (task.kind === 'blockCirculant' ? undefined : prepare(task)),
  }
}
