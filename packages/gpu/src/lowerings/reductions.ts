import { normalizeAxes, ops, sizeOf, stridesOf } from '@gyre/tensor'
import { elementType } from '../data-on-device.js'
import { kernelFor } from '../kernel.js'
import { stridedIndex } from './strided-index.js'

const workgroupSize = 64

export const reductionsKernels = {
  sum: kernelFor(ops.sum, {
    dtypes: ['float32', 'int32', 'complex64'],
    lower: ({ x }, options, { output }, lowering) => {
      const axes = normalizeAxes(options.axes, x.shape.length, 'sum')
      const strides = stridesOf(x.shape)
      const kept = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]))
      const along = (list: readonly number[], i: string) =>
        stridedIndex(
          i,
          list.map((axis) => x.shape[axis]!),
          list.map((axis) => strides[axis]!),
        )
      const terms = sizeOf(axes.map((axis) => x.shape[axis]!))
      const type = elementType(x.dtype)
      // A workgroup for each result: its invocations share the terms, and then add up what each has.
      lowering.dispatch({
        name: 'sum',
        reads: { x: { block: x.block, type } },
        writes: { output: { block: output.block, type } },
        workgroups: sizeOf(output.shape),
        workgroupSize,
        declarations: `var<workgroup> partial: array<${type}, ${workgroupSize}>;`,
        body: `let start = ${along(kept, 'flat_group')};
  var total = ${type}();
  for (var k = lane; k < ${terms}u; k += ${workgroupSize}u) { total += x[start + ${along(axes, 'k')}]; }
  partial[lane] = total;
  for (var half = ${workgroupSize / 2}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { partial[lane] += partial[lane + half]; }
  }
  if (lane == 0u) { output[flat_group] = partial[0]; }`,
      })
    },
  }),
}
