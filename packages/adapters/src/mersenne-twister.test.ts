import { describe, expect, it } from 'vitest'
import { MersenneTwister } from './mersenne-twister.js'

describe('the Mersenne Twister', () => {
  it('gives the 10,000th number that the C++ standard asks of mt19937, [rand.predef]', () => {
    const generator = new MersenneTwister(5489)
    for (let i = 1; i < 10_000; i++) generator.uint32()
    expect(generator.uint32()).toBe(4123659995)
  })

  it('takes the low 32 bits of a seed', () => {
    const first = (seed: number) => new MersenneTwister(seed).uint32()
    expect(first(2 ** 32 + 7)).toBe(first(7))
    expect(first(8)).not.toBe(first(7))
  })
})
