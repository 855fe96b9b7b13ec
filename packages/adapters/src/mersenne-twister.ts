const stateLength = 624
const middle = 397

/**
 * MT19937, the generator behind PyTorch's random numbers on the CPU: 32 random bits at a time.
 *
 * @source Matsumoto, Nishimura: Mersenne Twister: A 623-Dimensionally Equidistributed Uniform Pseudo-Random Number
 * Generator. ACM TOMACS 8(1), 1998; seeding by `init_genrand` of its 2002 edition.
 */
export class MersenneTwister {
  readonly #state = new Uint32Array(stateLength)
  #next = stateLength

  /** Of the seed, an integer, the low 32 bits count, as in PyTorch. */
  constructor(seed: number) {
    const state = this.#state
    state[0] = seed
    for (let i = 1; i < stateLength; i++) {
      const previous = state[i - 1]!
      state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i
    }
  }

  /** The next integer of 0 … 2^32 - 1. */
  uint32(): number {
    if (this.#next === stateLength) this.#twist()
    let bits = this.#state[this.#next++]!
    bits ^= bits >>> 11
    bits ^= (bits << 7) & 0x9d2c5680
    bits ^= (bits << 15) & 0xefc60000
    bits ^= bits >>> 18
    return bits >>> 0
  }

  #twist(): void {
    const state = this.#state
    for (let i = 0; i < stateLength; i++) {
      // The top bit of this word and the rest of the next, times the twist matrix.
      const joined = (state[i]! & 0x80000000) | (state[(i + 1) % stateLength]! & 0x7fffffff)
      state[i] = state[(i + middle) % stateLength]! ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0)
    }
    this.#next = 0
  }
}
