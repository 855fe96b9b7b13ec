import { describe, expect, expectTypeOf, it } from 'vitest'
import { noise } from '../test/noise.js'
import { createFft } from './create-fft.js'

const float32 = (length: number) => Float32Array.from(noise(length))

function errorOf(call: () => unknown): Error {
  try {
    call()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('expected the call to throw')
}

/** The mark of errors that are not bugs. */
const isExpected = (error: object) => (error as { [key: symbol]: unknown })[Symbol.for('gyre.error')] === true

describe('createFft', () => {
  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 27 + 1, '8', undefined])(
    'refuses the length %s with a RangeError that a program can recognise',
    (n) => {
      const error = errorOf(() => createFft(n as number))
      expect(error).toBeInstanceOf(RangeError)
      expect(isExpected(error)).toBe(true)
      expect(error.message).toBe(
        `createFft: expected n to be a whole number from 1 to 134217728, got ${String(n)}`,
      )
    },
  )

  it('refuses a precision it does not know', () => {
    const error = errorOf(() => createFft(8, { precision: 'float16' as 'float32' }))
    expect(error).toBeInstanceOf(TypeError)
    expect(isExpected(error)).toBe(true)
    expect(error.message).toBe('createFft: expected precision to be float32 or float64, got float16')
  })

  it('types its arrays by its precision, float32 unless told', () => {
    expectTypeOf(createFft(8).forward).returns.toEqualTypeOf<Float32Array>()
    expectTypeOf(createFft(8, { precision: 'float64' }).realForward).returns.toEqualTypeOf<Float64Array>()
    expect(createFft(8).precision).toBe('float32')
    // @ts-expect-error: a float64 plan takes no Float32Array
    expect(() => createFft(8, { precision: 'float64' }).forward(new Float32Array(16))).toThrow(TypeError)
  })
})

describe('a plan', () => {
  const plan = createFft(6)

  it.each([
    ['float64 numbers', new Float64Array(12), 'Float64Array'],
    ['an array of numbers', Array(12).fill(0), 'an Array'],
    ['nothing', undefined, 'undefined'],
  ])('refuses %s', (_, x, found) => {
    const error = errorOf(() => plan.forward(x as unknown as Float32Array))
    expect(error).toBeInstanceOf(TypeError)
    expect(isExpected(error)).toBe(true)
    expect(error.message).toBe(
      `forward: expected the input to be a Float32Array, as this plan's precision is float32; got ${found}`,
    )
  })

  it('says what length it expected, what came and why', () => {
    const cases: [() => unknown, string][] = [
      [
        () => plan.forward(float32(13)),
        'forward: expected a multiple of 12 numbers (a row for n = 6), got 13',
      ],
      [
        () => plan.realInverse(float32(12)),
        'realInverse: expected a multiple of 8 numbers (a row for n = 6), got 12',
      ],
      [
        () => plan.inverse(float32(12), undefined, 2),
        'inverse: expected 24 numbers (batch 2 × 12 a row for n = 6), got 12',
      ],
      [
        () => plan.realForward(float32(12), float32(12)),
        'realForward: expected an out of 16 numbers (batch 2 × 8 a row for n = 6), got 12',
      ],
      [
        () => plan.forward(float32(12), undefined, 0.5),
        'forward: expected a whole number of rows as batch, got 0.5',
      ],
    ]
    for (const [call, message] of cases) {
      const error = errorOf(call)
      expect(error.message).toBe(message)
      expect(error).toBeInstanceOf(RangeError)
      expect(isExpected(error)).toBe(true)
    }
  })

  it('writes to the array it is given and returns it', () => {
    for (const n of [4, 6, 7, 37]) {
      const plan = createFft(n)
      const bins = 2 * (Math.floor(n / 2) + 1)
      const x = float32(6 * n)
      const complexOut = new Float32Array(6 * n)
      expect(plan.forward(x, complexOut, 3)).toBe(complexOut)
      expect(complexOut).toEqual(plan.forward(x))
      expect(plan.inverse(x, complexOut)).toBe(complexOut)
      expect(complexOut).toEqual(plan.inverse(x))
      const spectrum = new Float32Array(6 * bins)
      expect(plan.realForward(x, spectrum)).toBe(spectrum)
      expect(spectrum).toEqual(plan.realForward(x))
      const back = new Float32Array(6 * n)
      expect(plan.realInverse(spectrum, back, 6)).toBe(back)
      expect(back).toEqual(plan.realInverse(spectrum))
    }
  })

  it('leaves its input alone unless that is the output', () => {
    for (const n of [8, 15, 37]) {
      const x = float32(2 * n)
      const before = x.slice()
      createFft(n).forward(x)
      createFft(n).realForward(x)
      expect(x).toEqual(before)
    }
  })

  it('transforms in place', () => {
    for (const n of [1, 2, 4, 8, 12, 16, 35, 37, 64]) {
      const plan = createFft(n)
      const x = float32(3 * 2 * n)
      const forward = plan.forward(x)
      const inverse = plan.inverse(x)
      const place = x.slice()
      expect(plan.forward(place, place)).toBe(place)
      expect(place).toEqual(forward)
      place.set(x)
      plan.inverse(place, place)
      expect(place).toEqual(inverse)
    }
  })

  it('takes two views of one memory where no row is lost, and refuses them otherwise', () => {
    const memory = float32(64)
    const x = memory.slice(12, 36)
    const expected = plan.forward(x)
    expect(plan.forward(memory.subarray(12, 36), memory.subarray(0, 24))).toEqual(expected)

    const overlap = /out overlaps the input so that rows would be overwritten before they are read/
    expect(() => plan.forward(memory.subarray(0, 24), memory.subarray(12, 36))).toThrow(overlap)
    // Spectra of real rows are longer than the rows: the second row would go.
    expect(() => plan.realForward(memory.subarray(0, 12), memory.subarray(0, 16))).toThrow(overlap)
    // Moved far enough to the front, it is safe; one row is safe anyhow.
    const real = memory.slice(20, 32)
    const spectra = plan.realForward(real)
    expect(plan.realForward(memory.subarray(20, 32), memory.subarray(18, 34))).toEqual(spectra)
    memory.set(real, 20)
    expect(plan.realForward(memory.subarray(20, 26), memory.subarray(20, 28))).toEqual(spectra.slice(0, 8))
  })

  it('takes an empty batch', () => {
    expect(plan.forward(new Float32Array(0)).length).toBe(0)
    expect(plan.realInverse(new Float32Array(0), new Float32Array(0), 0).length).toBe(0)
  })
})
