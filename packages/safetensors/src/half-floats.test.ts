import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBfloat16, decodeFloat16, encodeBfloat16, encodeFloat16 } from './half-floats.js'

const everyHalf = Uint16Array.from({ length: 65536 }, (_, bits) => bits)

/** The definition, in float64: sign · fraction · 2^exponent. */
function numberOf(bits: number, exponentBits: number, fractionBits: number): number {
  const bias = 2 ** (exponentBits - 1) - 1
  const fraction = (bits % 2 ** fractionBits) / 2 ** fractionBits
  const exponent = Math.floor(bits / 2 ** fractionBits) % 2 ** exponentBits
  const sign = bits >= 0x8000 ? -1 : 1
  if (exponent === 2 ** exponentBits - 1) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias)
}

const formats = [
  { name: 'float16', decode: decodeFloat16, encode: encodeFloat16, exponent: 5, fraction: 10 },
  { name: 'bfloat16', decode: decodeBfloat16, encode: encodeBfloat16, exponent: 8, fraction: 7 },
]

describe.each(formats)('$name', ({ decode, encode, exponent, fraction }) => {
  it('decodes all 65536 patterns as the definition says', () => {
    const values = decode(everyHalf)
    const wrong = [...everyHalf].filter(
      (bits) => !Object.is(values[bits], numberOf(bits, exponent, fraction)),
    )
    expect(wrong).toEqual([])
  })

  it('gives all 65536 patterns back, the payloads of NaNs included', () => {
    expect(encode(decode(everyHalf))).toEqual(everyHalf)
  })

  it('rounds to the nearest number, ties to the even pattern', () => {
    const infinity = encode(Float32Array.of(Number.POSITIVE_INFINITY))[0]!
    // The pattern after the largest finite one stands for the power of two that would follow.
    const magnitude = (bits: number): number =>
      bits === infinity ? 2 ** (2 ** (exponent - 1)) : numberOf(bits, exponent, fraction)
    const nearest = (value: number): number => {
      let low = 0
      let high = infinity
      while (high - low > 1) {
        const middle = (low + high) >> 1
        if (magnitude(middle) <= value) low = middle
        else high = middle
      }
      const [below, above] = [value - magnitude(low), magnitude(high) - value]
      return below < above || (below === above && low % 2 === 0) ? low : high
    }
    const halfway = fc.integer({ min: 0, max: infinity - 1 }).map((bits) => {
      return Math.fround((magnitude(bits) + magnitude(bits + 1)) / 2)
    })
    const finite = fc.float({ noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(fc.oneof(finite, halfway), (value) => {
        const sign = Object.is(Math.sign(value), -0) || value < 0 ? 0x8000 : 0
        expect(encode(Float32Array.of(value))[0]).toBe(sign | nearest(Math.abs(value)))
      }),
      { numRuns: 3000 },
    )
  })

  it('keeps a NaN a NaN when its payload lies in the bits that are dropped', () => {
    const nan = new Float32Array(Uint32Array.of(0x7f800001, 0xff800001).buffer)
    expect([...decode(encode(nan))]).toEqual([Number.NaN, Number.NaN])
  })
})

it('float16 overflows at 65520, halfway between its largest number and the next power of two', () => {
  const below = Math.fround(65519.99)
  expect([...decodeFloat16(encodeFloat16(Float32Array.of(65504, below, 65520, -1e30)))]).toEqual([
    65504,
    65504,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ])
})
