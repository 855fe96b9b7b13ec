// float32 is sign 1, exponent 8 (bias 127), fraction 23 bits; binary16 is 1, 5 (bias 15), 10. Normal numbers differ
// by 13 bits of fraction and 112 in the exponent. NaNs keep their payload, so that a file survives a round trip.

/** IEEE 754 binary16 → float32, exactly: every half-precision number is a float32. */
export function decodeFloat16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length)
  const values = new Float32Array(bits.buffer)
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i]!
    const sign = (half & 0x8000) << 16
    const exponent = half & 0x7c00
    const fraction = half & 0x3ff
    // Subnormal: fraction · 2^-24, which is a normal float32.
    if (exponent === 0) values[i] = (sign < 0 ? -fraction : fraction) * 2 ** -24
    else if (exponent === 0x7c00) bits[i] = sign | 0x7f800000 | (fraction << 13)
    else bits[i] = sign | ((exponent << 13) + (112 << 23)) | (fraction << 13)
  }
  return values
}

/** float32 → IEEE 754 binary16, rounded to nearest, ties to even; 65520 and above become infinite. */
export function encodeFloat16(values: Float32Array): Uint16Array {
  const bits = bitsOf(values)
  const halves = new Uint16Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const sign = (bits[i]! >>> 16) & 0x8000
    const magnitude = bits[i]! & 0x7fffffff
    let half: number
    if (magnitude > 0x7f800000) half = 0x7c00 | ((magnitude >>> 13) & 0x3ff || 0x200)
    else if (magnitude >= 0x47800000) half = 0x7c00
    // Below 2^-14: a multiple of 2^-24. Adding and taking 2^52 away leaves a float64 rounded to an integer.
    else if (magnitude < 0x38800000) half = Math.abs(values[i]!) * 2 ** 24 + 2 ** 52 - 2 ** 52
    else half = roundToEven(magnitude - (112 << 23), 13)
    halves[i] = sign | half
  }
  return halves
}

/** bfloat16 → float32, exactly: a bfloat16 is the upper half of a float32. */
export function decodeBfloat16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length)
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16
  return new Float32Array(bits.buffer)
}

/** float32 → bfloat16, rounded to nearest, ties to even. */
export function encodeBfloat16(values: Float32Array): Uint16Array {
  const bits = bitsOf(values)
  const halves = new Uint16Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const sign = (bits[i]! >>> 16) & 0x8000
    const magnitude = bits[i]! & 0x7fffffff
    if (magnitude > 0x7f800000) halves[i] = sign | 0x7f80 | ((magnitude >>> 16) & 0x7f || 0x40)
    else halves[i] = sign | roundToEven(magnitude, 16)
  }
  return halves
}

/** Drops the `count` lowest bits, rounding to nearest, ties to even. A carry runs into the exponent, as it should. */
function roundToEven(bits: number, count: number): number {
  const odd = (bits >>> count) & 1
  return (bits + (1 << (count - 1)) - 1 + odd) >>> count
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length)
}
