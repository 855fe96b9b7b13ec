/** Four bools, bytes of 0 or 1, as four i32. */
// @ts-ignore: decorator
@inline
export function loadBools(address: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(address)))
}

/** Four masks of ones or zeros, as four bools in the lowest bytes. */
// @ts-ignore: decorator
@inline
export function boolsOf(mask: v128): v128 {
  const narrow = i16x8.narrow_i32x4_s(mask, mask)
  return v128.and(i8x16.narrow_i16x8_s(narrow, narrow), i32x4.splat(0x01010101))
}

/** Ones where a bool holds. */
// @ts-ignore: decorator
@inline
export function maskOf(bools: v128): v128 {
  return i32x4.ne(bools, i32x4.splat(0))
}

/** Cut towards zero, as JavaScript does: NaN gives 0, and what does not fit keeps its lowest 32 bits. */
// @ts-ignore: decorator
@inline
export function truncateVector(x: v128): v128 {
  const fits = f32x4.lt(f32x4.abs(x), f32x4.splat(2147483648))
  return i32x4.all_true(fits) ? i32x4.trunc_sat_f32x4_s(x) : truncateLanes(x)
}

function truncateLanes(x: v128): v128 {
  const low = i32x4(truncate(f32x4.extract_lane(x, 0)), truncate(f32x4.extract_lane(x, 1)), 0, 0)
  const both = i32x4.replace_lane(low, 2, truncate(f32x4.extract_lane(x, 2)))
  return i32x4.replace_lane(both, 3, truncate(f32x4.extract_lane(x, 3)))
}

function truncate(x: f32): i32 {
  // From 2⁶³ on, the lowest 32 bits of a float32 are 0.
  return abs(x) < 9223372036854775808.0 ? <i32>(<i64>x) : 0
}
