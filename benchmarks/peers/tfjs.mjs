import { createRequire } from 'node:module'
import { hashedFloats } from '../src/inputs.ts'
import { prepareStep } from './tfjs-models.mjs'

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

function prepare(tf, task) {
  switch (task.kind) {
    case 'sgemm': {
      const { m, n, k, transposeA, transposeB } = task
      const a = tf.tensor(hashedFloats(1, m * k), transposeA ? [k, m] : [m, k])
      const b = tf.tensor(hashedFloats(2, k * n), transposeB ? [n, k] : [k, n])
      // Its matMul is slow with its own flags for transposed operands.
      const product = () => tf.matMul(transposeA ? tf.transpose(a) : a, transposeB ? tf.transpose(b) : b)
      return operation(tf, product, [a, b])
    }
    case 'softmax': {
      if (task.pass !== 'forward') return undefined
      const x = tf.tensor(hashedFloats(1, task.rows * task.columns, 4), [task.rows, task.columns])
      return operation(tf, () => tf.softmax(x), [x])
    }
    case 'step':
      return prepareStep(tf, task)
  }
  return undefined
}

function operation(tf, compute, inputs) {
  return {
    run: () => tf.tidy(() => void compute()),
    check: () => tf.tidy(compute).data(),
    end: () => tf.dispose(inputs),
  }
}
