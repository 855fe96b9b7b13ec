import { type Shape, sizeOf } from '@gyre/tensor'

/** How an input repeats over an output of rows and columns; the elementwise kernels' `Row` and `Step`. */
export interface InputWalk {
  readonly row: number
  readonly step: number
}

export interface BroadcastWalk {
  readonly columns: number
  readonly inputs: readonly InputWalk[]
}

/**
 * The output seen as rows and columns such that each input repeats along all of the rows or none, and along all of
 * the columns or none: a scalar, a bias, a column. Undefined where two axes are not enough.
 */
export function broadcastWalk(output: Shape, inputs: readonly Shape[]): BroadcastWalk | undefined {
  const groups: { size: number; repeats: readonly boolean[] }[] = []
  output.forEach((size, axis) => {
    if (size === 1) return
    const repeats = inputs.map((shape) => (shape[axis - output.length + shape.length] ?? 1) === 1)
    const last = groups.at(-1)
    if (last && repeats.every((repeat, i) => repeat === last.repeats[i])) last.size *= size
    else groups.push({ size, repeats })
  })
  if (groups.length > 2) return undefined
  const columns = groups.at(-1) ?? { size: 1, repeats: inputs.map(() => false) }
  const rows = groups.length === 2 ? groups[0]! : { size: 1, repeats: inputs.map(() => true) }
  return {
    columns: columns.size,
    inputs: inputs.map((_, i) => {
      const step = columns.repeats[i] ? 0 : 1
      return { row: rows.repeats[i] ? 0 : step === 1 ? columns.size : 1, step }
    }),
  }
}

/** Which input to repeat in memory before the others fit: one that is neither whole nor a scalar. */
export function inputToExpand(output: Shape, inputs: readonly Shape[]): number {
  return inputs.findIndex((shape) => sizeOf(shape) !== sizeOf(output) && sizeOf(shape) !== 1)
}
