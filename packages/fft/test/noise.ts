/** `length` reproducible numbers, uniform in [−1, 1) and exact in float32. */
export function noise(length: number, seed = 1): Float64Array {
  const numbers = new Float64Array(length)
  let state = seed >>> 0
  for (let i = 0; i < length; i++) {
    // A linear congruential generator; its upper 24 bits are good enough for test signals.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    numbers[i] = (state >>> 8) / 2 ** 23 - 1
  }
  return numbers
}
