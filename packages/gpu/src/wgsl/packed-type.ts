/** WGSL's type for as many neighbouring numbers as divide `size` and are loaded at once. */
export type PackedType = 'f32' | 'vec4<f32>'

export function packedType(size: number): { readonly type: PackedType; readonly width: 1 | 4 } {
  return size % 4 === 0 ? { type: 'vec4<f32>', width: 4 } : { type: 'f32', width: 1 }
}

/** In WGSL: the sum of a packed value's numbers. */
export function sumWithin(type: PackedType, value: string): string {
  return type === 'f32' ? value : `dot(${value}, vec4<f32>(1.0))`
}

/** In WGSL: the largest of a packed value's numbers, for a value that is a name. */
export function largestWithin(type: PackedType, value: string): string {
  return type === 'f32' ? value : `max(max(${value}.x, ${value}.y), max(${value}.z, ${value}.w))`
}

/** In WGSL: which of a packed value's numbers are NaN, by their bits: a compiler may take comparisons for granted. */
export function isNaNWithin(type: PackedType, value: string): string {
  const bits = type === 'f32' ? 'u32' : 'vec4<u32>'
  return `(bitcast<${bits}>(${value}) & ${bits}(0x7fffffffu)) > ${bits}(0x7f800000u)`
}
