import { type Shape, stridesOf } from '@gyre/tensor'

/** In WGSL: the place, at the given strides, of element `i` of a row-major tensor of `shape`. A stride of 0 repeats. */
export function stridedIndex(i: string, shape: Shape, strides: readonly number[]): string {
  const rowMajor = stridesOf(shape)
  const outermost = shape.findIndex((size) => size > 1)
  const terms = shape.flatMap((size, axis) => {
    const stride = strides[axis]!
    if (size === 1 || stride === 0) return []
    const step = rowMajor[axis]!
    const place = step === 1 ? i : `${i} / ${step}u`
    const index = axis === outermost ? place : `(${place}) % ${size}u`
    return [stride === 1 ? index : `(${index}) * ${stride}u`]
  })
  return terms.length === 0 ? '0u' : `(${terms.join(' + ')})`
}
