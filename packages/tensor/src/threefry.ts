/**
 * Threefry-2x32 with 20 rounds: a counter-based generator that needs only add, rotate and xor on 32 bits, and so
 * is exact in JavaScript, WebAssembly and WGSL.
 *
 * @source Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3. SC 2011, section 3.3.
 */
const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const

/** Encrypts the counter (x0, x1) with the key (k0, k1); writes two 32-bit words to `out[at]` and `out[at + 1]`. */
export function threefry2x32(k0: number, k1: number, x0: number, x1: number, out: Uint32Array, at = 0): void {
  const k2 = k0 ^ k1 ^ 0x1bd11bda
  let a = (x0 + k0) | 0
  let b = (x1 + k1) | 0
  for (let group = 0; group < 5; group++) {
    const first = (group & 1) * 4
    for (let i = first; i < first + 4; i++) {
      const rotation = rotations[i]!
      a = (a + b) | 0
      b = ((b << rotation) | (b >>> (32 - rotation))) ^ a
    }
    // Key injection: the three key words in turn, with the number of the group.
    a = (a + (group % 3 === 0 ? k1 : group % 3 === 1 ? k2 : k0)) | 0
    b = (b + (group % 3 === 0 ? k2 : group % 3 === 1 ? k0 : k1) + group + 1) | 0
  }
  out[at] = a
  out[at + 1] = b
}

/** The uniform number in [0, 1) of 32 random bits: the upper 24 of them times 2^-24, exact in float32. */
export function uniformOf(bits: number): number {
  return (bits >>> 8) * 2 ** -24
}
