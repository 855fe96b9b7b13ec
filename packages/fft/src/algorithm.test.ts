import { describe, expect, expectTypeOf, it } from 'vitest'
import { chooseMethod, type FftAlgorithm, nameMethod } from './algorithm.js'
import { createFft } from './create-fft.js'

describe('the choice of an algorithm', () => {
  it.each<[number, FftAlgorithm]>([
    [1, 'identity'],
    [2, 'radix-2'],
    [16, 'radix-4'],
    [512, 'mixed-radix 4·2·4·4·4'],
    [768, 'mixed-radix 4·3·4·4·4'],
    [1536, 'mixed-radix 4·2·3·4·4·4'],
    [5 * 256, 'mixed-radix 4·5·4·4·4'],
    [7 * 64, 'mixed-radix 4·7·4·4'],
    [81, 'radix-3'],
    [31, 'radix-31'],
    [37, 'bluestein 80'],
    [1009, 'bluestein 2048'],
    [4 * 4093, 'bluestein 32768'],
  ])('for n = %i is %s', (n, algorithm) => {
    expect(createFft(n).algorithm).toBe(algorithm)
  })

  it('covers every length: the radices multiply to n, or the convolution is long enough and smooth', () => {
    for (let n = 1; n <= 3000; n++) {
      const method = chooseMethod(n)
      if (method.kind === 'stages') {
        expect(method.radices.reduce((product, radix) => product * radix, 1)).toBe(n)
      } else {
        expect(method.convolutionLength).toBeGreaterThanOrEqual(2 * n - 1)
        expect(method.convolutionLength).toBeLessThan(3 * n)
        expect(chooseMethod(method.convolutionLength).kind).toBe('stages')
      }
    }
  })

  it('names itself in a type that can be told apart', () => {
    expectTypeOf(nameMethod).returns.toEqualTypeOf<FftAlgorithm>()
    // @ts-expect-error: no such algorithm
    const wrong: FftAlgorithm = 'winograd'
    expect(wrong).toBe('winograd')
  })
})
