import { readFileSync } from 'node:fs'
import { createFft } from '@gyre/fft'
import { readSafetensors } from '@gyre/safetensors'
import { describe, expect, it } from 'vitest'

const file = readSafetensors(readFileSync(new URL('./fixtures/vectors/fft.safetensors', import.meta.url)))

/** max |actual − expected| / max |expected|, over all rows. */
function relativeMaximum(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length)
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return actual.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[at]!)), 0) / largest
}

function numbers(name: string): Float32Array {
  const { data } = file.get(name)
  if (!(data instanceof Float32Array)) throw new Error(`${name}: expected float32`)
  return data
}

function complex(name: string): Float32Array {
  const re = numbers(`${name}_re`)
  const im = numbers(`${name}_im`)
  return Float32Array.from({ length: 2 * re.length }, (_, at) => (at % 2 === 0 ? re : im)[at >> 1]!)
}

/** The lengths n of the tensors called `{kind}.{n}.…`. */
function lengths(kind: 'fft' | 'rfft' | 'irfft'): number[] {
  const found = [...file.entries.keys()].flatMap((name) => name.match(`^${kind}\\.(\\d+)\\.`)?.[1] ?? [])
  return [...new Set(found.map(Number))].sort((a, b) => a - b)
}

describe('the transforms agree with PyTorch', () => {
  it.each(lengths('fft'))('fft and its inverse, n = %i', (n) => {
    const plan = createFft(n)
    const input = complex(`fft.${n}.input`)
    expect(relativeMaximum(plan.forward(input), complex(`fft.${n}.output`))).toBeLessThan(2e-6)
    expect(relativeMaximum(plan.inverse(input), complex(`fft.${n}.inverse`))).toBeLessThan(2e-6)
  })

  it.each(lengths('rfft'))('rfft, n = %i', (n) => {
    const output = createFft(n).realForward(numbers(`rfft.${n}.input`))
    expect(relativeMaximum(output, complex(`rfft.${n}.output`))).toBeLessThan(2e-6)
  })

  it.each(lengths('irfft'))('irfft, n = %i', (n) => {
    const output = createFft(n).realInverse(complex(`irfft.${n}.input`))
    expect(relativeMaximum(output, numbers(`irfft.${n}.output`))).toBeLessThan(2e-6)
  })

  it('has lengths of every kind to compare', () => {
    for (const kind of ['fft', 'rfft', 'irfft'] as const) expect(lengths(kind).length).toBeGreaterThan(3)
  })
})
