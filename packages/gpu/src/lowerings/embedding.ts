import { ops, sizeOf } from '@gyre/tensor'
import { kernelFor } from '../kernel.js'
import { packedType } from '../wgsl/packed-type.js'
import { indexWithin } from './index-within.js'

const workgroupSize = 256

/** Rows added one after the other, before their sum is added to the others': so long sums lose few digits. */
const rowsInPart = 32

export const embeddingKernels = {
  embedding: kernelFor(ops.embedding, {
    dtypes: ['float32', 'int32'],
    lower: ({ weight, ids }, _options, { output }, lowering) => {
      const [rows, features] = weight.shape as readonly [number, number]
      const { type, width } = packedType(features)
      const columns = features / width
      const count = sizeOf(ids.shape) * columns
      lowering.dispatch({
        name: 'embedding',
        reads: { weight: { block: weight.block, type }, ids: { block: ids.block, type: 'i32' } },
        writes: { output: { block: output.block, type } },
        workgroups: Math.ceil(count / workgroupSize),
        workgroupSize,
        ...indexWithin(lowering, 'embedding', rows),
        body: `let i = flat_group * ${workgroupSize}u + lane;
  if (i >= ${count}u) { return; }
  let position = i / ${columns}u;
  output[i] = weight[index_within(position, ids[position]) * ${columns}u + i % ${columns}u];`,
      })
    },
  }),
  // Each row of the result adds the gradients at the positions of its id, which follow each other in a list that
  // starts at its first: nothing is added that another may add to, and the sum is the same every time.
  embeddingBackward: kernelFor(ops.embeddingBackward, {
    dtypes: ['float32', 'int32'],
    lower: ({ grad, ids }, { rows, paddingIndex = -1 }, { output }, lowering) => {
      const positions = sizeOf(ids.shape)
      const { type, width } = packedType(grad.shape.at(-1)!)
      const columns = grad.shape.at(-1)! / width
      const idsBinding = { block: ids.block, type: 'i32' } as const
      const first = lowering.workspace(4 * rows)
      const last = lowering.workspace(4 * rows)
      const next = lowering.workspace(4 * positions)
      lowering.dispatch({
        name: 'embeddingBackward: empty lists',
        reads: {},
        writes: { first: { block: first, type: 'u32' }, last: { block: last, type: 'u32' } },
        workgroups: Math.ceil(rows / workgroupSize),
        workgroupSize,
        body: `let row = flat_group * ${workgroupSize}u + lane;
  if (row >= ${rows}u) { return; }
  first[row] = ${positions}u;
  last[row] = 0u;`,
      })
      lowering.dispatch({
        name: 'embeddingBackward: ends of lists',
        reads: { ids: idsBinding },
        writes: { first: { block: first, type: 'atomic<u32>' }, last: { block: last, type: 'atomic<u32>' } },
        workgroups: Math.ceil(positions / workgroupSize),
        workgroupSize,
        ...indexWithin(lowering, 'embeddingBackward', rows),
        body: `let position = flat_group * ${workgroupSize}u + lane;
  if (position >= ${positions}u) { return; }
  let id = ids[position];
  let row = index_within(position, id);
  if (id == ${paddingIndex} || id != i32(row)) { return; }
  atomicMin(&first[row], position);
  atomicMax(&last[row], position);`,
      })
      lowering.dispatch({
        name: 'embeddingBackward: lists',
        reads: { ids: idsBinding, last: { block: last, type: 'u32' } },
        writes: { next: { block: next, type: 'u32' } },
        workgroups: Math.ceil(positions / workgroupSize),
        workgroupSize,
        body: `let position = flat_group * ${workgroupSize}u + lane;
  if (position >= ${positions}u) { return; }
  let id = ids[position];
  if (id < 0 || id >= ${rows}) { return; }
  // Only ids that come again are looked for, and none beyond the last of them.
  let end = last[id];
  var other = position + 1u;
  while (other < end && ids[other] != id) { other++; }
  next[position] = other;`,
      })
      const count = rows * columns
      lowering.dispatch({
        name: 'embeddingBackward',
        reads: {
          grad: { block: grad.block, type },
          first: { block: first, type: 'u32' },
          last: { block: last, type: 'u32' },
          next: { block: next, type: 'u32' },
        },
        writes: { output: { block: output.block, type } },
        workgroups: Math.ceil(count / workgroupSize),
        workgroupSize,
        body: `let i = flat_group * ${workgroupSize}u + lane;
  if (i >= ${count}u) { return; }
  let row = i / ${columns}u;
  let column = i % ${columns}u;
  let end = last[row];
  var total = ${type}();
  var part = ${type}();
  var added = 0u;
  for (var position = first[row]; position < ${positions}u; position = next[position]) {
    part += grad[position * ${columns}u + column];
    added++;
    if (added % ${rowsInPart}u == 0u) {
      total += part;
      part = ${type}();
    }
    if (position == end) { break; }
  }
  output[i] = total + part;`,
      })
    },
  }),
}
