import { broadcastStrides, ops, type Shape, sizeOf, stridesOf, useReference } from '@gyre/tensor'
import { elementType, gpuDTypes } from '../data-on-device.js'
import { kernelFor, type Located, type Lowering } from '../kernel.js'
import { indexWithin } from './index-within.js'
import { stridedIndex } from './strided-index.js'

const workgroupSize = 256

/** Every element of the result is one of `x`, at strides of its own. */
function copyStrided(
  lowering: Lowering,
  name: string,
  x: Located,
  output: Located,
  from: { readonly start?: number; readonly strides: readonly number[] },
): void {
  const type = elementType(x.dtype)
  const { start = 0, strides } = from
  lowering.elementwise({
    name,
    count: sizeOf(output.shape),
    inputs: {
      x: { block: x.block, type, at: (i) => `${start}u + ${stridedIndex(i, output.shape, strides)}` },
    },
    output: { block: output.block, type },
    value: ({ x }) => x!,
  })
}

/** A tensor as [outer, length, inner] around one axis. */
function around(shape: Shape, axis: number): { outer: number; inner: number } {
  return { outer: sizeOf(shape.slice(0, axis)), inner: sizeOf(shape.slice(axis + 1)) }
}

export const shapeOpsKernels = {
  reshape: useReference('it is a view'),
  transpose: kernelFor(ops.transpose, {
    dtypes: gpuDTypes,
    lower: ({ x }, { permutation }, { output }, lowering) => {
      const strides = stridesOf(x.shape)
      copyStrided(lowering, 'transpose', x, output, { strides: permutation.map((axis) => strides[axis]!) })
    },
  }),
  slice: kernelFor(ops.slice, {
    dtypes: gpuDTypes,
    lower: ({ x }, { begin }, { output }, lowering) => {
      const strides = stridesOf(x.shape)
      const start = begin.reduce((sum, first, axis) => sum + first * strides[axis]!, 0)
      copyStrided(lowering, 'slice', x, output, { start, strides })
    },
  }),
  broadcastTo: kernelFor(ops.broadcastTo, {
    dtypes: gpuDTypes,
    lower: ({ x }, { shape }, { output }, lowering) =>
      copyStrided(lowering, 'broadcastTo', x, output, { strides: broadcastStrides(x.shape, shape) }),
  }),
  pad: kernelFor(ops.pad, {
    dtypes: gpuDTypes,
    lower: ({ x }, { before }, { output }, lowering) => {
      const type = elementType(x.dtype)
      const count = sizeOf(output.shape)
      const outputStrides = stridesOf(output.shape)
      const strides = stridesOf(x.shape)
      const start = before.reduce((sum, zeros, axis) => sum + zeros * strides[axis]!, 0)
      const inside = x.shape.flatMap((size, axis) => {
        if (size === output.shape[axis]) return []
        const at = `i / ${outputStrides[axis]}u % ${output.shape[axis]}u`
        return [`${at} >= ${before[axis]}u && ${at} < ${before[axis]! + size}u`]
      })
      lowering.dispatch({
        name: 'pad',
        reads: { x: { block: x.block, type } },
        writes: { output: { block: output.block, type } },
        workgroups: Math.ceil(count / workgroupSize),
        workgroupSize,
        body: `let i = flat_group * ${workgroupSize}u + lane;
  if (i >= ${count}u) { return; }
  var value = ${type}();
  if (${inside.map((each) => `(${each})`).join(' && ') || 'true'}) {
    value = x[${stridedIndex('i', output.shape, strides)} - ${start}u];
  }
  output[i] = value;`,
      })
    },
  }),
  concat: kernelFor(ops.concat, {
    dtypes: gpuDTypes,
    lower: ({ tensors }, { axis }, { output }, lowering) => {
      const { inner } = around(output.shape, axis)
      const row = output.shape[axis]! * inner
      let start = 0
      for (const { block, shape, dtype } of tensors) {
        const type = elementType(dtype)
        const part = shape[axis]! * inner
        const count = sizeOf(shape)
        lowering.dispatch({
          name: 'concat',
          reads: { x: { block, type } },
          writes: { output: { block: output.block, type } },
          workgroups: Math.ceil(count / workgroupSize),
          workgroupSize,
          body: `let i = flat_group * ${workgroupSize}u + lane;
  if (i < ${count}u) { output[i / ${part}u * ${row}u + ${start}u + i % ${part}u] = x[i]; }`,
        })
        start += part
      }
    },
  }),
  gather: kernelFor(ops.gather, {
    dtypes: gpuDTypes,
    lower: ({ x, indices }, { axis }, { output }, lowering) => {
      const type = elementType(x.dtype)
      const { inner } = around(x.shape, axis)
      const [length, chosen, count] = [x.shape[axis]!, indices.shape[0]!, sizeOf(output.shape)]
      lowering.dispatch({
        name: 'gather',
        reads: { x: { block: x.block, type }, indices: { block: indices.block, type: 'i32' } },
        writes: { output: { block: output.block, type } },
        workgroups: Math.ceil(count / workgroupSize),
        workgroupSize,
        ...indexWithin(lowering, 'gather', length),
        body: `let i = flat_group * ${workgroupSize}u + lane;
  if (i >= ${count}u) { return; }
  let place = i / ${inner}u % ${chosen}u;
  let index = index_within(place, indices[place]);
  output[i] = x[(i / ${inner * chosen}u * ${length}u + index) * ${inner}u + i % ${inner}u];`,
      })
    },
  }),
  scatterAdd: kernelFor(ops.scatterAdd, {
    dtypes: ['float32', 'complex64', 'int32'],
    lower: ({ x, indices }, { axis, length }, { output }, lowering) => {
      const type = elementType(x.dtype)
      const { inner } = around(x.shape, axis)
      const [given, count] = [indices.shape[0]!, sizeOf(output.shape)]
      // Each result looks for what is added to it, in the order of the indices: the same sum every time.
      lowering.dispatch({
        name: 'scatterAdd',
        reads: { x: { block: x.block, type }, indices: { block: indices.block, type: 'i32' } },
        writes: { output: { block: output.block, type } },
        workgroups: Math.ceil(count / workgroupSize),
        workgroupSize,
        ...indexWithin(lowering, 'scatterAdd', length),
        body: `let i = flat_group * ${workgroupSize}u + lane;
  if (i >= ${count}u) { return; }
  let place = i / ${inner}u % ${length}u;
  let first = i / ${inner * length}u * ${given}u;
  var total = ${type}();
  for (var k = 0u; k < ${given}u; k++) {
    if (index_within(k, indices[k]) == place) { total += x[(first + k) * ${inner}u + i % ${inner}u]; }
  }
  output[i] = total;`,
      })
    },
  }),
  dynamicUpdateSlice: kernelFor(ops.dynamicUpdateSlice, {
    dtypes: gpuDTypes,
    lower: ({ x, update, start }, { axis }, { output }, lowering) => {
      const type = elementType(x.dtype)
      lowering.copy(x.block, output.block)
      const { inner } = around(x.shape, axis)
      const [length, rows, count] = [x.shape[axis]!, update.shape[axis]!, sizeOf(update.shape)]
      lowering.dispatch({
        name: 'dynamicUpdateSlice',
        reads: { update_rows: { block: update.block, type }, start: { block: start.block, type: 'i32' } },
        writes: { output: { block: output.block, type } },
        workgroups: Math.ceil(count / workgroupSize),
        workgroupSize,
        ...indexWithin(lowering, 'dynamicUpdateSlice', length - rows + 1),
        body: `let i = flat_group * ${workgroupSize}u + lane;
  if (i >= ${count}u) { return; }
  let first = index_within(0u, start[0]);
  output[(i / ${inner * rows}u * ${length}u + first) * ${inner}u + i % ${inner * rows}u] = update_rows[i];`,
      })
    },
  }),
}
