import * as jax from '@jax-js/jax'
import { adapterName, errorsOf } from '../src/webgpu.ts'
import { tasksOf } from './jax-js-tasks.mjs'

/** jax-js on WebGPU, in a page. */
export default async () => {
  const devices = await jax.init('webgpu')
  if (!devices.includes('webgpu')) throw new Error('jax-js does not find WebGPU')
  jax.defaultDevice('webgpu')
  const errors = errorsOf(jax.getWebGPUDevice())
  const { prepare, finish } = tasksOf(jax)
  return {
    describe: () => '0.1.25',
    adapter: adapterName,
    prepare,
    finish: async () => {
      await finish()
      errors.check()
    },
  }
}
