import { createRequire } from 'node:module'
import { prepare } from './tfjs-tasks.mjs'

// Both packages as CommonJS, so that they share one tfjs-core.
const require = createRequire(import.meta.url)

/** TensorFlow.js on its WebAssembly backend, which has no threads in Node. */
export default async () => {
  const tf = require('@tensorflow/tfjs')
  require('@tensorflow/tfjs-backend-wasm')
  await tf.setBackend('wasm')
  return {
    describe: () => tf.version.tfjs,
    prepare: (task) => prepare(tf, task),
    memory: () => ({ tensors: tf.memory().numTensors }),
  }
}
