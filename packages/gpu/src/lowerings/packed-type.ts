/** WGSL's type for loads of several neighbours at once, as many as divide `size`. */
export function packedType(size: number): { readonly type: 'f32' | 'vec4<f32>'; readonly width: 1 | 4 } {
  return size % 4 === 0 ? { type: 'vec4<f32>', width: 4 } : { type: 'f32', width: 1 }
}
