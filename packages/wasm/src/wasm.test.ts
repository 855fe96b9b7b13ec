import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Worker } from 'node:worker_threads'
import { compile } from '@gyre/graph'
import {
  add,
  BackendError,
  exp,
  jsBackend,
  matmul,
  ops,
  randn,
  setBackend,
  sum,
  type Tensor,
  tensor,
  zeros,
} from '@gyre/tensor'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { wasm, wasmSupport } from './index.js'

afterEach(() => {
  setBackend(jsBackend)
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** Enough work for several threads. */
const large = () => randn([300, 300], { seed: 1 }) as Tensor

const bytesOf = (tensor: Tensor) => Buffer.from(tensor.dataSync().buffer as ArrayBuffer)

describe('wasm', () => {
  it('is a backend whose tensors know it, and whose kernels have names', async () => {
    const backend = await wasm({ threads: 2 })
    setBackend(backend)
    const product = matmul(large(), large())
    expect(product.backend).toBe(backend)
    expect(backend.kernelFor(ops.matmul as never, 'float32')).toMatch(/^(simd128|relaxed-simd)$/)
    expect(backend.kernelFor(ops.matmul as never, 'float64')).toBe('reference')
    expect(backend.status).toMatchObject({ threads: 2, singleThreadReason: undefined })
  })

  it('counts the ops whose reference kernel stands in', async () => {
    const backend = await wasm({ threads: 1 })
    setBackend(backend)
    const x = tensor([1, 2], { dtype: 'float64' })
    exp(exp(x)).dataSync()
    expect([...backend.status.fallbacks]).toEqual([['exp', 2]])
  })

  it('computes the same bytes on any number of threads, changed on the way', async () => {
    const backend = await wasm({ threads: 1 })
    setBackend(backend)
    const one = bytesOf(matmul(large(), large()))
    await backend.setThreads(3)
    expect(backend.status.threads).toBe(3)
    expect(bytesOf(matmul(large(), large())).equals(one)).toBe(true)
    await backend.setThreads(2)
    expect(bytesOf(matmul(large(), large())).equals(one)).toBe(true)
  })

  it.each([0, 1.5, 100, Number.NaN])('refuses %s threads', async (threads) => {
    await expect(wasm({ threads })).rejects.toThrow(/threads is .*; expected a whole number from 1 to 64/)
  })

  it('refuses tensors of another backend, and says how to move them', async () => {
    const x = exp(tensor([1, 2]))
    x.dataSync()
    setBackend(await wasm({ threads: 1 }))
    const y = exp(tensor([1, 2]))
    expect(() => add(x as Tensor, y as Tensor)).toThrow(/two backends, js and wasm; move one with/)
  })

  it('names the engine where it has no SIMD', async () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false)
    await expect(wasm()).rejects.toThrow(BackendError)
    await expect(wasm()).rejects.toThrow(`Node ${process.versions.node}`)
    expect(wasmSupport).toThrow(`Node ${process.versions.node}`)
  })

  it('names the variant that the engine does not have', async () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false)
    await expect(wasm({ variant: 'relaxed-simd' })).rejects.toThrow(/has no WebAssembly with relaxed-simd/)
  })

  it('runs on one thread where memory cannot be shared, and says why', async () => {
    vi.stubGlobal('crossOriginIsolated', false)
    const backend = await wasm({ threads: 4 })
    expect(backend.status.threads).toBe(1)
    expect(backend.status.singleThreadReason).toMatch(/not cross-origin isolated/)
    expect(wasmSupport()).toEqual({
      variant: backend.status.variant,
      singleThreadReason: backend.status.singleThreadReason,
    })
    setBackend(backend)
    const alone = bytesOf(matmul(large(), large()))
    vi.unstubAllGlobals()
    setBackend(await wasm({ threads: 2 }))
    expect(bytesOf(matmul(large(), large())).equals(alone)).toBe(true)
  })

  it('says that a worker is lost, and does not hang', async () => {
    const workers: Worker[] = []
    const note = (worker: Worker) => workers.push(worker)
    process.on('worker', note)
    const backend = await wasm({ threads: 2 })
    process.off('worker', note)
    setBackend(backend)
    const work = compile((x: Tensor) => sum(matmul(x, x)))
    work(large())
    const exit = once(workers[0]!, 'exit')
    await workers[0]!.terminate()
    await exit
    expect(() => work(large())).toThrow(/a worker thread is lost \(it ended with code \d+\)/)
    setBackend(await wasm({ threads: 2 }))
    work(large())
  })

  it('says that memory cannot grow, and goes on with what it has', async () => {
    const backend = await wasm({ threads: 1 })
    setBackend(backend)
    exp(tensor([0])).dataSync()
    const grow = vi.spyOn(WebAssembly.Memory.prototype, 'grow').mockImplementation(() => {
      throw new RangeError('WebAssembly.Memory.grow(): Unable to grow instance memory')
    })
    expect(() => exp(zeros([4_000_000])).dataSync()).toThrow(/the memory cannot grow .* smaller batch/)
    // The arena was given back for a larger one: nobody may compute where it was.
    expect(backend.status.arenaBytes).toBe(0)
    grow.mockRestore()
    expect(exp(tensor([0])).dataSync()).toEqual(Float32Array.of(1))
  })

  it('does not keep a process alive', () => {
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
    const entry = fileURLToPath(new URL('./index.ts', import.meta.url))
    const script = `import(${JSON.stringify(pathToFileURL(entry).href)}).then(async ({ wasm }) => {
      console.log((await wasm({ threads: 2 })).status.threads)
    })`
    const args = ['--conditions=@gyre/source', `--import=${tsx}`, '--input-type=module', '-e', script]
    const output = execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 50_000 })
    expect(output.trim()).toBe('2')
  })
})
