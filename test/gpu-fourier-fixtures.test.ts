import { readFileSync } from 'node:fs'
import { readSafetensors } from '@gyre/safetensors'
import {
  complex,
  fft,
  ifft,
  imag,
  irfft,
  jsBackend,
  real,
  rfft,
  setBackend,
  type Tensor,
  tensor,
} from '@gyre/tensor'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findGpu } from './find-gpu.js'
import { relmax } from './relmax.js'

const { backend } = await findGpu()
const file = readSafetensors(readFileSync(new URL('./fixtures/vectors/fft.safetensors', import.meta.url)))
const tolerance = 2e-6

function numbers(name: string): Float32Array {
  const { data } = file.get(name)
  if (!(data instanceof Float32Array)) throw new Error(`${name}: expected float32`)
  return data
}

function read(name: string): Tensor {
  return tensor(numbers(name), { shape: file.get(name).shape }) as Tensor
}

function readComplex(name: string): Tensor {
  return complex(read(`${name}_re`), read(`${name}_im`)) as Tensor
}

async function expectLike(found: Tensor, name: string): Promise<void> {
  expect(found.shape).toEqual(file.get(name).shape)
  expect(relmax(await found.data(), numbers(name))).toBeLessThan(tolerance)
}

async function expectComplexLike(found: Tensor, name: string): Promise<void> {
  await expectLike(real(found) as Tensor, `${name}_re`)
  // A part that is 0 everywhere has no size that its error could be relative to.
  const im = numbers(`${name}_im`)
  if (im.some((value) => Math.abs(value) > 1e-6)) await expectLike(imag(found) as Tensor, `${name}_im`)
  else for (const value of await imag(found).data()) expect(Math.abs(Number(value))).toBeLessThan(1e-6)
}

/** The lengths n of the tensors called `{kind}.{n}.…`. */
function lengths(kind: 'fft' | 'rfft' | 'irfft'): number[] {
  const found = [...file.entries.keys()].flatMap((name) => name.match(`^${kind}\\.(\\d+)\\.`)?.[1] ?? [])
  return [...new Set(found.map(Number))].sort((a, b) => a - b)
}

describe.skipIf(backend === undefined)('the transforms on the GPU agree with PyTorch', () => {
  beforeAll(() => setBackend(backend!))
  afterAll(() => setBackend(jsBackend))

  it.each(lengths('fft'))('fft and its inverse, n = %i', async (n) => {
    const input = readComplex(`fft.${n}.input`)
    await expectComplexLike(fft(input), `fft.${n}.output`)
    await expectComplexLike(ifft(input), `fft.${n}.inverse`)
  })

  it.each(lengths('rfft'))('rfft, n = %i', (n) =>
    expectComplexLike(rfft(read(`rfft.${n}.input`)) as Tensor, `rfft.${n}.output`),
  )

  it.each(lengths('irfft'))('irfft, n = %i', (n) =>
    expectLike(irfft(readComplex(`irfft.${n}.input`), { n }) as Tensor, `irfft.${n}.output`),
  )
})
