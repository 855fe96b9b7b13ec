import v8 from 'node:v8'
import { erf, exp, log, sigmoid, tanh, tensor } from '@gyre/tensor'
import { describe, expect, test } from 'vitest'
import { kernelLayouts, relaxedModule, simdModule } from './kernels.generated.js'

v8.setFlagsFromString('--experimental-wasm-relaxed-simd')

const functions = { erf, exp, log, sigmoid, tanh }

/** Bit patterns from all of float32, and what is special. */
const count = 2 ** 18
const inputs = new Float32Array(Int32Array.from({ length: count }, (_, i) => Math.imul(i, 16411)).buffer)
inputs.set([
  0,
  -0,
  Number.NaN,
  Infinity,
  -Infinity,
  2 ** -149,
  -(2 ** -149),
  88.72283,
  88.7229,
  -87.4,
  -103.9,
  1,
])

const variants = [
  ['SIMD', simdModule],
  ['relaxed SIMD', relaxedModule],
] as const

describe.each(variants)('in %s', (_variant, text) => {
  const module = new WebAssembly.Module(Buffer.from(text, 'base64'))
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536, shared: true })
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const runKernel = exports.runKernel as (id: number, args: number, chunk: number, scratch: number) => void

  test.each(Object.entries(functions))('%s keeps its accuracy over all of float32', (name, compute) => {
    const exact = compute(tensor(Float64Array.from(inputs))).dataSync()
    const [args, x, output] = [2048, 2 ** 16, 2 ** 16 + 4 * count] as const
    new Int32Array(memory.buffer, args, 4).set([x, output, count, count])
    new Float32Array(memory.buffer, x, count).set(inputs)
    runKernel(kernelLayouts[name as keyof typeof functions].id, args, 0, 0)

    const results = new Float32Array(memory.buffer, output, count)
    const wrong = [...results].flatMap((result, i) => {
      const rounded = Math.fround(exact[i]!)
      if (!Number.isFinite(rounded) || rounded === 0) return Object.is(result, rounded) ? [] : [i]
      return Math.abs(result - exact[i]!) <= Math.max(6e-7 * Math.abs(rounded), 2 ** -149) ? [] : [i]
    })
    expect(wrong.slice(0, 5).map((i) => [inputs[i], results[i], exact[i]])).toEqual([])
  })
})
