import { ShapeError } from './errors.js'

declare const dimName: unique symbol
/**
 * A dimension in a type is a literal (`64`), a name (`Dim<'batch'>`, a size known only at run time), or plain
 * `number`, which says nothing and passes everywhere; run time checks them all.
 */
export type Dim<Name extends string> = number & { readonly [dimName]: Name }
export type Shape = readonly number[]

/** Number of elements of a shape; 1 for a scalar's `[]`. */
export function sizeOf(shape: Shape): number {
  let size = 1
  for (const dim of shape) size *= dim
  return size
}

/** `[2, 3]`, as error messages print a shape. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis])
}

/** Throws unless every dim is an integer ≥ 0 and the number of elements can be addressed. */
export function checkShape(shape: Shape, where: string): void {
  for (const dim of shape) {
    if (!Number.isSafeInteger(dim) || dim < 0) {
      throw new ShapeError(`${where}: a shape holds integers ≥ 0, not ${formatShape(shape)}`)
    }
  }
  if (!Number.isSafeInteger(sizeOf(shape))) {
    throw new ShapeError(`${where}: a tensor of shape ${formatShape(shape)} cannot be addressed`)
  }
}

/** Distance in elements between neighbours along each axis of a row-major tensor: `[3, 4]` has `[4, 1]`. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis]!
  }
  return strides
}

/** The axis counted from the front; `-1` is the last one. */
export function normalizeAxis(axis: number, rank: number, where: string): number {
  const normalized = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(axis) || normalized < 0 || normalized >= rank) {
    throw new ShapeError(
      `${where}: axis ${axis} does not exist in a tensor of rank ${rank}; expected ${-rank} to ${rank - 1}`,
    )
  }
  return normalized
}

/** Axes counted from the front, ascending, each once; all of them when `axes` is undefined. */
export function normalizeAxes(
  axes: number | readonly number[] | undefined,
  rank: number,
  where: string,
): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis)
  const list = (typeof axes === 'number' ? [axes] : axes).map((axis) => normalizeAxis(axis, rank, where))
  if (new Set(list).size !== list.length)
    throw new ShapeError(`${where}: axes [${list.join(', ')}] name one twice`)
  return list.sort((a, b) => a - b)
}

/** The shape that two shapes broadcast to, as NumPy defines it: aligned at the end, equal or 1. */
export function broadcastShapes(a: Shape, b: Shape, where: string): number[] {
  const rank = Math.max(a.length, b.length)
  const shape = new Array<number>(rank)
  for (let i = 1; i <= rank; i++) {
    const left = a[a.length - i] ?? 1
    const right = b[b.length - i] ?? 1
    if (left !== right && left !== 1 && right !== 1) {
      throw new ShapeError(
        `${where}: ${formatShape(a)} and ${formatShape(b)} do not broadcast: ${left} against ${right}`,
      )
    }
    shape[rank - i] = left === 1 ? right : left
  }
  return shape
}

/** Strides with which a tensor of `shape` is read as if it had `target`'s shape: 0 along broadcast axes. */
export function broadcastStrides(shape: Shape, target: Shape): number[] {
  const own = stridesOf(shape)
  const offset = target.length - shape.length
  return target.map((_, axis) => (axis < offset || shape[axis - offset] === 1 ? 0 : own[axis - offset]!))
}
