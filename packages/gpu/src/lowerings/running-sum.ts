import { sizeOf } from '@gyre/tensor'
import { elementType } from '../data-on-device.js'
import type { Located, Lowering } from '../kernel.js'

const workgroupSize = 256

/**
 * The running sums of each row, a workgroup for each row. It takes as many numbers at a time as it has invocations,
 * and adds to each the sum of those before it, by distances of 1, 2, 4, … (Hillis and Steele, Data parallel
 * algorithms, 1986).
 */
export function lowerRunningSum(x: Located, output: Located, lowering: Lowering): void {
  const length = x.shape.at(-1) ?? 1
  const type = elementType(x.dtype)
  lowering.dispatch({
    name: 'cumsum',
    reads: { x: { block: x.block, type } },
    writes: { output: { block: output.block, type } },
    sizes: { length },
    workgroups: length === 0 ? 0 : sizeOf(x.shape) / length,
    workgroupSize,
    declarations: `var<workgroup> sums: array<${type}, ${workgroupSize}>;`,
    body: `let start = flat_group * sizes.length;
  var before = ${type}();
  for (var first = 0u; first < sizes.length; first += ${workgroupSize}u) {
    let i = first + lane;
    var total = ${type}();
    if (i < sizes.length) { total = x[start + i]; }
    for (var distance = 1u; distance < ${workgroupSize}u; distance *= 2u) {
      sums[lane] = total;
      workgroupBarrier();
      if (lane >= distance) { total += sums[lane - distance]; }
      workgroupBarrier();
    }
    sums[lane] = total;
    workgroupBarrier();
    if (i < sizes.length) { output[start + i] = before + total; }
    before += sums[${workgroupSize - 1}];
    workgroupBarrier();
  }`,
  })
}
