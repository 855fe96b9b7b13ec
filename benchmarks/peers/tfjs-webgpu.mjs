import * as tf from '@tensorflow/tfjs'
import '@tensorflow/tfjs-backend-webgpu'
import { adapterName, errorsOf } from '../src/webgpu.ts'
import { prepare } from './tfjs-tasks.mjs'

/** TensorFlow.js on WebGPU, in a page. */
export default async () => {
  if (!(await tf.setBackend('webgpu'))) throw new Error('TensorFlow.js does not find WebGPU')
  const backend = tf.backend()
  const errors = errorsOf(backend.device)
  return {
    describe: () => tf.version.tfjs,
    adapter: adapterName,
    prepare: (task) => prepare(tf, task),
    finish: async () => {
      // It collects commands before it hands them to the device.
      if (backend.commandEncoder) {
        backend.endComputePassEncoder()
        backend.submitQueue()
      }
      await backend.queue.onSubmittedWorkDone()
      errors.check()
    },
    memory: () => ({ tensors: tf.memory().numTensors }),
  }
}
