/** A number as WGSL's literal of the nearest f32, which must be finite. */
export function literal(value: number): string {
  const nearest = Math.fround(value)
  if (!Number.isFinite(nearest)) throw new RangeError(`WGSL has no f32 literal for ${value}`)
  return `${nearest}f`
}
