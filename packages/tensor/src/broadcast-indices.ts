import { broadcastStrides, type Shape, sizeOf } from './shape.js'

/** For each element of `target`, row-major, the index of the element of `shape` that is repeated there. */
export function broadcastIndices(shape: Shape, target: Shape): Int32Array {
  const strides = broadcastStrides(shape, target)
  return Int32Array.from({ length: sizeOf(target) }, (_, flat) => {
    let rest = flat
    let index = 0
    for (let axis = target.length - 1; axis >= 0; axis--) {
      index += (rest % target[axis]!) * strides[axis]!
      rest = Math.floor(rest / target[axis]!)
    }
    return index
  })
}
