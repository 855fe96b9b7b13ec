import { normalizeAxis, ops, type Shape, sizeOf, type TensorSpec } from '@gyre/tensor'
import { kernelFor } from '../kernel.js'
import { addExponentials, logOfSum, noExponentials, sumOfExponentials } from '../wgsl/exponentials.js'
import { type PackedType, sumWithin } from '../wgsl/packed-type.js'
import { layOutRows, reductionOverTeam, sumOfNumbers } from '../wgsl/rows.js'

type Options = { readonly axis: number }
type ForwardOp = typeof ops.softmax | typeof ops.logSoftmax
type BackwardOp = typeof ops.softmaxBackward | typeof ops.logSoftmaxBackward

export const softmaxKernels = {
  softmax: forward(ops.softmax, 'exp(x[i] - all.x) / all.y'),
  logSoftmax: forward(ops.logSoftmax, 'x[i] - all.x - log_of_sum(all.y)'),
  softmaxBackward: backward(
    ops.softmaxBackward,
    (type) => sumWithin(type, 'grad[i] * y[i]'),
    'y[i] * (grad[i] - total)',
  ),
  logSoftmaxBackward: backward(
    ops.logSoftmaxBackward,
    (type) => sumWithin(type, 'grad[i]'),
    'grad[i] - exp(y[i]) * total',
  ),
}

/** The kernel of an op whose elements follow from x and from `all`, the pair of the row's largest and its exponentials' sum. */
function forward(op: ForwardOp, element: string) {
  return kernelFor(op, {
    dtypes: ['float32'],
    takes: ({ x }, options) => isRowwise(x, options),
    lower: ({ x }, options, { output }, lowering) => {
      const layout = layOutRows(...rowsOf(x.shape, options))
      const { type, begin, each } = layout
      lowering.dispatch({
        name: op.name,
        reads: { x: { block: x.block, type } },
        writes: { output: { block: output.block, type } },
        workgroups: layout.workgroups,
        workgroupSize: layout.workgroupSize,
        declarations: `${logOfSum}\n${reductionOverTeam(sumOfExponentials, layout)}`,
        body: `${begin}
  ${noExponentials('own')}
  ${each(addExponentials('own', type, 'x[i]'))}
  let all = sum_of_exponentials(lane, own);
  ${each(`output[i] = ${element};`)}`,
      })
    },
  })
}

/** The kernel of an op whose elements follow from grad, y, and the row's `total` of a term. */
function backward(op: BackwardOp, term: (type: PackedType) => string, element: string) {
  return kernelFor(op, {
    dtypes: ['float32'],
    takes: ({ y }, options) => isRowwise(y, options),
    lower: ({ grad, y }, options, { output }, lowering) => {
      const layout = layOutRows(...rowsOf(y.shape, options))
      const { type, begin, each } = layout
      lowering.dispatch({
        name: op.name,
        reads: { grad: { block: grad.block, type }, y: { block: y.block, type } },
        writes: { output: { block: output.block, type } },
        workgroups: layout.workgroups,
        workgroupSize: layout.workgroupSize,
        declarations: reductionOverTeam(sumOfNumbers, layout),
        body: `${begin}
  var own = 0.0;
  ${each(`own += ${term(type)};`)}
  let total = sum_of_numbers(lane, own);
  ${each(`output[i] = ${element};`)}`,
      })
    },
  })
}

/** Whether the axis is the last one that is longer than 1, so that its elements are neighbours. */
function isRowwise({ shape }: TensorSpec, { axis }: Options): boolean {
  return sizeOf(shape.slice(normalizeAxis(axis, shape.length, 'softmax') + 1)) === 1
}

function rowsOf(shape: Shape, { axis }: Options): [rows: number, features: number] {
  const at = normalizeAxis(axis, shape.length, 'softmax')
  return [sizeOf(shape.slice(0, at)), shape[at]!]
}
