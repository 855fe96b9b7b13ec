import { describe, expect, it } from 'vitest'
import {
  type BrowserFacts,
  kindOf,
  mostThreads,
  nameBackend,
  offerBackends,
  usualBackend,
} from './run-backends.js'

const everything: BrowserFacts = {
  gpu: { adapter: 'apple metal-3', inSoftware: false },
  wasm: { variant: 'relaxed-simd', singleThreadReason: undefined },
  processors: 4,
}
const notIsolated: BrowserFacts = {
  ...everything,
  gpu: { unavailable: 'this browser has no WebGPU' },
  wasm: { variant: 'simd128', singleThreadReason: 'this page is not cross-origin isolated' },
}
const nothing: BrowserFacts = { ...notIsolated, wasm: { unavailable: 'no SIMD' } }

describe('offerBackends', () => {
  const reasons = (facts: BrowserFacts) =>
    offerBackends(facts).map(({ kind, here, unavailable }) => [kind, unavailable ?? here])

  it('says what each would be here, or why it cannot be had', () => {
    expect(reasons(everything)).toEqual([
      ['gpu', 'apple metal-3'],
      ['threads', 'relaxed-simd kernels; 4 threads run at once'],
      ['wasm', 'relaxed-simd kernels'],
      ['js', undefined],
    ])
    expect(reasons(notIsolated)).toEqual([
      ['gpu', 'this browser has no WebGPU'],
      ['threads', 'this page is not cross-origin isolated'],
      ['wasm', 'simd128 kernels'],
      ['js', undefined],
    ])
    expect(reasons(nothing).map(([, reason]) => reason)).toEqual([
      'this browser has no WebGPU',
      'no SIMD',
      'no SIMD',
      undefined,
    ])
  })
})

describe('usualBackend', () => {
  it('is the first that can be had', () => {
    expect(usualBackend(everything)).toEqual({ name: 'gpu' })
    expect(usualBackend(notIsolated)).toEqual({ name: 'wasm', threads: 1 })
    expect(usualBackend(nothing)).toEqual({ name: 'js' })
  })

  it('is never a GPU in software', () => {
    const inSoftware = { ...everything, gpu: { adapter: 'SwiftShader', inSoftware: true } }
    expect(usualBackend(inSoftware)).toEqual({ name: 'wasm', threads: 4 })
    expect(mostThreads({ ...everything, processors: 64 })).toBe(8)
  })
})

describe('a backend', () => {
  it('has a kind and a name', () => {
    for (const [backend, kind, name] of [
      [{ name: 'gpu' }, 'gpu', 'WebGPU'],
      [{ name: 'wasm', threads: 4 }, 'threads', 'WebAssembly on 4 threads'],
      [{ name: 'wasm', threads: 1 }, 'wasm', 'WebAssembly on one thread'],
      [{ name: 'js' }, 'js', 'the reference kernels'],
    ] as const) {
      expect([kindOf(backend), nameBackend(backend)]).toEqual([kind, name])
    }
  })
})
