import { BackendError, getBackend, jsBackend, setBackend } from '@gyre/tensor'
import { afterAll, describe, expect, it } from 'vitest'
import { openBackend } from './open-backend.js'

afterAll(() => setBackend(jsBackend))

const noGpu = async (): Promise<never> => {
  throw new BackendError('gpu: this browser has no WebGPU')
}
const working = (words: string) => async () => ({
  backend: jsBackend,
  words,
  identity: words,
  bytes: () => 7,
})

describe('opening a backend', () => {
  it('takes the next best, and says why', async () => {
    const opened = await openBackend({ name: 'gpu' }, { gpu: noGpu, wasm: working('wasm') })
    expect(opened.words).toBe('wasm')
    expect(opened.remarks).toEqual(['not on the GPU: gpu: this browser has no WebGPU'])
  })

  it('ends with the reference kernels, and says once what is missing', async () => {
    const noWasm = async (): Promise<never> => {
      throw new BackendError('wasm: this engine has no SIMD')
    }
    const opened = await openBackend({ name: 'gpu' }, { gpu: noGpu, wasm: noWasm })
    expect([opened.words, opened.bytes()]).toEqual(['js (the reference kernels)', 0])
    expect(opened.remarks).toEqual([
      'not on the GPU: gpu: this browser has no WebGPU',
      'not in WebAssembly: wasm: this engine has no SIMD',
    ])
    expect(getBackend()).toBe(jsBackend)
  })

  it('tries one thread where several do not start', async () => {
    const alone = async (threads: number | undefined) => {
      if (threads !== 1) throw new BackendError('wasm: a worker thread did not start')
      return working('alone')()
    }
    const opened = await openBackend({ name: 'wasm', threads: 3 }, { gpu: noGpu, wasm: alone })
    expect(opened.words).toBe('alone')
    expect(opened.remarks).toEqual(['not on several threads: wasm: a worker thread did not start'])
  })

  it('needs no words where it is what was asked for', async () => {
    const opened = await openBackend({ name: 'wasm', threads: 2 })
    expect(opened.words).toMatch(/^wasm \(.*, 2 threads\)$/)
    expect(opened.remarks).toEqual([])
    expect(getBackend().name).toBe('wasm')
    expect(opened.bytes()).toBeGreaterThan(0)
    expect((await openBackend({ name: 'js' })).remarks).toEqual([])
  })
})
