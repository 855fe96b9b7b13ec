import { OptionError } from './errors.js'
import { threefry2x32, uniformOf } from './threefry.js'

/**
 * Seeded random numbers: the same everywhere for the same seed and order of calls. `child(label)` gives a stream
 * of its own, which does not depend on what was drawn before.
 */
export class Rng {
  readonly #key: readonly [number, number]
  #counter = 0

  /** `seed` is an integer from 0 to 2^53 - 1. */
  constructor(seed: number | { readonly key: readonly [number, number] }) {
    if (typeof seed === 'object') {
      this.#key = seed.key
      return
    }
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new OptionError(`a seed is an integer from 0 to ${Number.MAX_SAFE_INTEGER}, not ${seed}`)
    }
    this.#key = [Math.floor(seed / 2 ** 32), seed >>> 0]
  }

  /** The stream's key, two 32-bit words: what an op such as dropout takes as its seed. */
  get key(): readonly [number, number] {
    return this.#key
  }

  /** An independent stream, named by a word or a number. */
  child(label: string | number): Rng {
    const out = new Uint32Array(2)
    let [k0, k1] = this.#key
    // Absorb the label's characters, two a block; the tag keeps labels apart from drawn counters.
    const text = typeof label === 'number' ? `#${label}` : `.${label}`
    for (let i = 0; i < text.length; i += 2) {
      const tag = 0x80000000 | text.length
      threefry2x32(k0, k1, (text.charCodeAt(i) << 16) | (text.charCodeAt(i + 1) || 0), tag, out)
      k0 = out[0]!
      k1 = out[1]!
    }
    return new Rng({ key: [k0, k1] })
  }

  /** `count` words of 32 random bits. */
  bits(count: number): Uint32Array {
    const words = new Uint32Array(count + (count & 1))
    for (let i = 0; i < words.length; i += 2) {
      threefry2x32(
        this.#key[0],
        this.#key[1],
        this.#counter >>> 0,
        Math.floor(this.#counter / 2 ** 32),
        words,
        i,
      )
      this.#counter++
    }
    return words.subarray(0, count)
  }

  /** `count` numbers uniform in [0, 1): 24 bits times 2^-24. */
  uniforms(count: number): Float64Array {
    return Float64Array.from(this.bits(count), uniformOf)
  }

  /** `count` standard normal numbers by the Box–Muller transform, in float64. */
  normals(count: number): Float64Array {
    const pairs = (count + 1) >> 1
    const bits = this.bits(2 * pairs)
    const values = new Float64Array(2 * pairs)
    for (let i = 0; i < 2 * pairs; i += 2) {
      // 1 - u lies in (0, 1], where the logarithm exists.
      const radius = Math.sqrt(-2 * Math.log(1 - uniformOf(bits[i]!)))
      const angle = 2 * Math.PI * uniformOf(bits[i + 1]!)
      values[i] = radius * Math.cos(angle)
      values[i + 1] = radius * Math.sin(angle)
    }
    return values.subarray(0, count)
  }

  /** `count` integers uniform in 0 … below - 1; `below` at most 2^31. */
  integers(count: number, below: number): Int32Array {
    // A multiple of 2^-32 is exact in float64; the bias is below 2^-32 · below.
    return Int32Array.from(this.bits(count), (word) => Math.floor((word / 2 ** 32) * below))
  }

  /** The integers 0 … count - 1 in random order (Fisher–Yates). */
  permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, index) => index)
    const bits = this.bits(count)
    for (let last = count - 1; last > 0; last--) {
      const chosen = Math.floor((bits[last]! / 2 ** 32) * (last + 1))
      const moved = order[last]!
      order[last] = order[chosen]!
      order[chosen] = moved
    }
    return order
  }
}
