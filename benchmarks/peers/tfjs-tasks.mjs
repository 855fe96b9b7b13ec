import { hashedFloats } from '../src/inputs.ts'
import { prepareStep } from './tfjs-models.mjs'
import { tunedOperations } from './tfjs-tuned.mjs'

/** A task for TensorFlow.js on whichever backend is set. */
export function prepare(tf, task) {
  switch (task.kind) {
    case 'sgemm': {
      const { m, n, k, transposeA, transposeB } = task
      const a = tf.tensor(hashedFloats(1, m * k), transposeA ? [k, m] : [m, k])
      const b = tf.tensor(hashedFloats(2, k * n), transposeB ? [n, k] : [k, n])
      // Its matMul is slow with its own flags for transposed operands.
      const product = () => tf.matMul(transposeA ? tf.transpose(a) : a, transposeB ? tf.transpose(b) : b)
      return operation(tf, () => [product()], [a, b])
    }
    case 'rfft': {
      if (tf.getKernel('FFT', tf.getBackend()) === undefined) return undefined
      const x = tf.tensor(hashedFloats(1, task.rows * task.n), [task.rows, task.n])
      const transform = () => tf.spectral.rfft(x)
      const pairs = () => {
        const spectrum = transform()
        return [tf.stack([tf.real(spectrum), tf.imag(spectrum)], -1)]
      }
      return operation(tf, () => [transform()], [x], pairs)
    }
    case 'softmax': {
      if (task.pass !== 'forward') return undefined
      const x = tf.tensor(hashedFloats(1, task.rows * task.columns, 4), [task.rows, task.columns])
      return operation(tf, () => [tf.softmax(x)], [x])
    }
    case 'blockCirculant':
      return blockCirculant(tf, task)
    case 'step':
      return prepareStep(tf, task)
  }
  return undefined
}

/** A product with the dense matrix of the blocks. */
function blockCirculant(tf, { rows, n, p, pass }) {
  const { product, denseBlocks } = tunedOperations(tf)
  const x = tf.tensor(hashedFloats(1, rows * n), [rows, n])
  const c = tf.tensor(hashedFloats(2, (n * n) / p), [n / p, n / p, p])
  const arriving = tf.tensor(hashedFloats(3, rows * n), [rows, n])
  const layer = (x, c) => product(x, denseBlocks(c))
  if (pass === 'forward') return operation(tf, () => [layer(x, c)], [x, c, arriving])
  const gradients = tf.grads(layer)
  return operation(
    tf,
    () => gradients([x, c], arriving),
    [x, c, arriving],
    () => [layer(x, c), ...gradients([x, c], arriving)],
  )
}

/** `results` are tensors that `check` compares, where they are more than what is computed. */
function operation(tf, compute, inputs, results = compute) {
  return {
    run: () => tf.tidy(() => void compute()),
    check: () => tf.tidy(() => tf.concat(results().map((result) => tf.reshape(result, [-1])))).data(),
    end: () => tf.dispose(inputs),
  }
}
