import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  complex,
  fft,
  ifft,
  imag,
  irfft,
  mul,
  randn,
  real,
  rfft,
  type Shape,
  sub,
  sum,
  type Tensor,
  tensor,
} from '../index.js'

const lengths = fc.integer({ min: 1, max: 40 })
const f64 = { dtype: 'float64' } as const

/** `Σⱼ x[j] exp(∓2πi jk / n)` for each row, by its definition. */
function naiveDft(x: Tensor, sign: 1 | -1): Float64Array {
  const n = x.shape.at(-1)!
  const data = x.dataSync()
  const result = new Float64Array(data.length)
  for (let row = 0; row < data.length; row += 2 * n) {
    for (let k = 0; k < n; k++) {
      for (let j = 0; j < n; j++) {
        const angle = (sign * 2 * Math.PI * ((j * k) % n)) / n
        const re = data[row + 2 * j]!
        const im = data[row + 2 * j + 1]!
        result[row + 2 * k]! += re * Math.cos(angle) - im * Math.sin(angle)
        result[row + 2 * k + 1]! += re * Math.sin(angle) + im * Math.cos(angle)
      }
    }
  }
  return result
}

function randomComplex(shape: Shape, seed: number): Tensor {
  return complex(randn(shape, { seed, ...f64 }), randn(shape, { seed: seed + 1, ...f64 })) as Tensor
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12): void {
  expect(actual.length).toBe(expected.length)
  const scale = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  for (let i = 0; i < actual.length; i++) {
    if (!(Math.abs(actual[i]! - expected[i]!) <= tolerance * scale)) {
      expect.fail(`number ${i} is ${actual[i]}, expected ${expected[i]}`)
    }
  }
}

function squareSum(x: Tensor): number {
  return Array.from(x.dataSync() as ArrayLike<number>).reduce((total, value) => total + value * value, 0)
}

describe('fft', () => {
  it('is the sum of its definition, for every row of a batch', () => {
    fc.assert(
      fc.property(lengths, fc.nat(), (n, seed) => {
        const x = randomComplex([2, 3, n], seed)
        expectClose(fft(x).dataSync(), naiveDft(x, -1))
      }),
    )
  })

  it('keeps the energy: |X|² = n |x|² (Parseval)', () => {
    fc.assert(
      fc.property(lengths, fc.nat(), (n, seed) => {
        const x = randomComplex([n], seed)
        expectClose([squareSum(fft(x))], [n * squareSum(x)])
      }),
    )
  })

  it('keeps shape and dtype', () => {
    const x = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { shape: [2, 1], dtype: 'complex64' },
    )
    expect(fft(x)).toMatchObject({ shape: [2, 1], dtype: 'complex64' })
  })

  it('takes complex numbers only and needs an axis', () => {
    expect(() => fft(randn([2, 4], { seed: 1 }))).toThrow(
      'fft: x has dtype float32; expected complex64 or complex128',
    )
    expect(() => fft(tensor([], { shape: [2, 0], dtype: 'complex64' }))).toThrow(
      'fft: x has shape [2, 0]; expected a last axis of at least 1 element',
    )
    expect(() => rfft(tensor(1))).toThrow('rfft: x has shape []; expected a last axis of at least 1 element')
  })
})

describe('ifft', () => {
  it('undoes fft', () => {
    fc.assert(
      fc.property(lengths, fc.nat(), (n, seed) => {
        const x = randomComplex([3, n], seed)
        expectClose(ifft(fft(x)).dataSync(), x.dataSync())
      }),
    )
  })

  it('is the conjugate sum of the definition over n', () => {
    const X = randomComplex([2, 7], 5)
    expectClose(
      ifft(X).dataSync(),
      naiveDft(X, 1).map((value) => value / 7),
    )
  })
})

describe('rfft', () => {
  it('is the first half of the complex transform', () => {
    fc.assert(
      fc.property(lengths, fc.nat(), (n, seed) => {
        const x = randn([n], { seed, ...f64 })
        const half = rfft(x)
        expect(half.shape).toEqual([Math.floor(n / 2) + 1])
        const whole = naiveDft(complex(x, mul(x, 0)), -1)
        expectClose(half.dataSync(), whole.subarray(0, 2 * half.size))
      }),
    )
  })

  it('keeps batches and float32', () => {
    const x = tensor([
      [1, 2, 3, 4],
      [1, 0, 0, 0],
    ])
    const X = rfft(x)
    expect(X).toMatchObject({ shape: [2, 3], dtype: 'complex64' })
    expectClose(X.dataSync(), [10, 0, -2, 2, -2, 0, 1, 0, 1, 0, 1, 0], 1e-7)
  })

  it('takes real numbers only', () => {
    expect(() => rfft(randomComplex([4], 1))).toThrow(
      'rfft: x has dtype complex128; expected float32 or float64',
    )
  })
})

describe('irfft', () => {
  it('undoes rfft, for odd lengths as for even ones', () => {
    fc.assert(
      fc.property(lengths, fc.nat(), (n, seed) => {
        const x = randn([2, n], { seed, ...f64 })
        expectClose(irfft(rfft(x), { n }).dataSync(), x.dataSync())
      }),
    )
  })

  it('ignores the imaginary parts of DC and, for even n, of Nyquist', () => {
    for (const [n, real] of [
      [4, [3, 0, 1, 2, 5, 0]],
      [5, [3, 0, 1, 2, 5, 7]],
      [1, [3, 0]],
      [2, [3, 0, 5, 0]],
    ] as const) {
      const noisy: number[] = [...real]
      noisy[1] = 9
      if (n % 2 === 0) noisy[n + 1] = -8
      const bins = real.length / 2
      const rows = [real, noisy].map((values) =>
        irfft(tensor(values, { shape: [bins], dtype: 'complex128' }), { n }).dataSync(),
      )
      expectClose(rows[1]!, rows[0]!)
    }
  })

  it('says how many frequencies rows of n have', () => {
    const X = randomComplex([2, 5], 1)
    expect(() => irfft(X, { n: 7 })).toThrow('irfft: X [2, 5] has 5 frequencies; rows of n = 7 have 4')
    expect(() => irfft(X, { n: 2.5 })).toThrow(
      'irfft: n is 2.5; expected the length of the real rows, at least 1',
    )
  })
})

describe('complex, real and imag', () => {
  it('join and take apart', () => {
    const re = randn([2, 3], { seed: 1 })
    const im = randn([2, 3], { seed: 2 })
    const z = complex(re, im)
    expect(z).toMatchObject({ shape: [2, 3], dtype: 'complex64' })
    expect(real(z).dataSync()).toEqual(re.dataSync())
    expect(imag(z).dataSync()).toEqual(im.dataSync())
    expect(sum(sub(real(z), re)).itemSync()).toBe(0)
  })

  it('need one shape and one precision', () => {
    expect(() => complex(tensor([1, 2]) as Tensor, tensor([1]))).toThrow(
      'complex: re [2] and im [1] need one shape',
    )
    expect(() => complex(tensor([1]) as Tensor, tensor([1], f64))).toThrow(
      'complex: im has dtype float64; expected float32',
    )
    expect(() => real(tensor([1]))).toThrow('real: x has dtype float32; expected complex64 or complex128')
  })
})
