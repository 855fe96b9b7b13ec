import { normalizeAxes, type Shape, sizeOf, stridesOf } from './shape.js'

export type ReductionOptions = {
  /** Axes that disappear; negative ones count from the end. All when left out. */
  readonly axes?: readonly number[]
  /** Leave a 1 in their place. */
  readonly keepDims?: boolean
}

export function reducedShape(
  name: string,
  shape: Shape,
  { axes, keepDims = false }: ReductionOptions,
): number[] {
  const reduced = normalizeAxes(axes, shape.length, name)
  if (keepDims) return shape.map((dim, axis) => (reduced.includes(axis) ? 1 : dim))
  return shape.filter((_, axis) => !reduced.includes(axis))
}

/** For each element of `shape`, row-major, the index of the result element that it is reduced into. */
export function reductionMap(shape: Shape, { axes }: ReductionOptions): Int32Array {
  const kept = reducedShape('reduction', shape, { axes, keepDims: true })
  const keptStrides = stridesOf(kept).map((stride, axis) => (kept[axis] === shape[axis] ? stride : 0))
  const map = new Int32Array(sizeOf(shape))
  const index = new Array<number>(shape.length).fill(0)
  let target = 0
  for (let i = 0; i < map.length; i++) {
    map[i] = target
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      target += keptStrides[axis]!
      if (++index[axis]! < shape[axis]!) break
      target -= keptStrides[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
  return map
}

/** Neighbouring axes of one kind, reduced or not, as one; those of size 1 are of either kind. */
export function axisGroups(shape: Shape, reduced: readonly number[]): { size: number; reduced: boolean }[] {
  const groups: { size: number; reduced: boolean }[] = []
  shape.forEach((size, axis) => {
    if (size === 1) return
    const last = groups.at(-1)
    const kind = reduced.includes(axis)
    if (last?.reduced === kind) last.size *= size
    else groups.push({ size, reduced: kind })
  })
  return groups
}
