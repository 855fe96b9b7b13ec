import { ops, sizeOf, targetError } from '@gyre/tensor'
import { kernelFor } from '../kernel.js'
import { addExponentials, logOfSum, noExponentials, sumOfExponentials } from '../wgsl/exponentials.js'
import { packedType } from '../wgsl/packed-type.js'
import { layOutRows, reductionOverTeam, sumOfNumbers, sumOfPairs } from '../wgsl/rows.js'

/** The one workgroup that adds up what rows have. */
const whole = { team: 256, workgroupSize: 256 } as const

export const crossEntropyKernels = {
  crossEntropy: kernelFor(ops.crossEntropy, {
    dtypes: ['float32', 'int32'],
    lower: ({ logits, targets }, { ignoreIndex, reduction }, { output, logSumExp }, lowering) => {
      const rows = sizeOf(targets.shape)
      const classes = logits.shape.at(-1)!
      const layout = layOutRows(rows, classes)
      const { type, begin, each } = layout
      const { width } = packedType(classes)
      const targetsBinding = { block: targets.block, type: 'i32' } as const
      const losses = { block: lowering.workspace(4 * rows), type: 'f32' } as const
      const guard = lowering.guard((position, target) => targetError(target, position, classes, ignoreIndex))
      const logit = width === 1 ? 'logits[at]' : 'logits[at / 4u][at % 4u]'
      lowering.dispatch({
        name: 'crossEntropy: rows',
        reads: { logits: { block: logits.block, type }, targets: targetsBinding },
        writes: { log_sum_exp: { block: logSumExp.block, type: 'f32' }, losses },
        workgroups: layout.workgroups,
        workgroupSize: layout.workgroupSize,
        guard,
        declarations: `${logOfSum}\n${reductionOverTeam(sumOfExponentials, layout)}`,
        body: `${begin}
  ${noExponentials('own')}
  ${each(addExponentials('own', type, 'logits[i]'))}
  let all = sum_of_exponentials(lane, own);
  if (has_row && place == 0u) {
    let target_class = targets[row];
    let normalizer = all.x + log_of_sum(all.y);
    log_sum_exp[row] = normalizer;
    losses[row] = 0.0;
    if (target_class >= 0 && target_class < ${classes} && target_class != ${ignoreIndex}) {
      let at = row * ${classes}u + u32(target_class);
      losses[row] = normalizer - ${logit};
    } else if (target_class != ${ignoreIndex}) {
      refuse(row, target_class);
    }
  }`,
      })
      lowering.dispatch({
        name: 'crossEntropy',
        reads: { losses, targets: targetsBinding },
        writes: { output: { block: output.block, type: 'f32' } },
        workgroups: 1,
        workgroupSize: whole.workgroupSize,
        declarations: reductionOverTeam(sumOfPairs, whole),
        body: `var own = vec2<f32>();
  for (var row = lane; row < ${rows}u; row += ${whole.workgroupSize}u) {
    own += vec2<f32>(losses[row], ${counts('row', ignoreIndex)});
  }
  let all = sum_of_pairs(lane, own);
  if (lane == 0u) { output[0] = all.x${reduction === 'mean' ? ' / max(all.y, 1.0)' : ''}; }`,
      })
    },
  }),
  crossEntropyBackward: kernelFor(ops.crossEntropyBackward, {
    dtypes: ['float32', 'int32'],
    lower: ({ grad, logits, targets, logSumExp }, { ignoreIndex, reduction }, { output }, lowering) => {
      const rows = sizeOf(targets.shape)
      const classes = logits.shape.at(-1)!
      const layout = layOutRows(rows, classes)
      const { type, begin, each } = layout
      const targetsBinding = { block: targets.block, type: 'i32' } as const
      const gradBinding = { block: grad.block, type: 'f32' } as const
      const meanScale = { block: lowering.workspace(4), type: 'f32' } as const
      if (reduction === 'mean') {
        lowering.dispatch({
          name: 'crossEntropyBackward: scale',
          reads: { grad: gradBinding, targets: targetsBinding },
          writes: { scale: meanScale },
          workgroups: 1,
          workgroupSize: whole.workgroupSize,
          declarations: reductionOverTeam(sumOfNumbers, whole),
          body: `var own = 0.0;
  for (var row = lane; row < ${rows}u; row += ${whole.workgroupSize}u) { own += ${counts('row', ignoreIndex)}; }
  let count = sum_of_numbers(lane, own);
  if (lane == 0u) { scale[0] = grad[0] / max(count, 1.0); }`,
        })
      }
      // Of a packed value's classes, the one that is the target has 1 less.
      const oneHot =
        type === 'f32'
          ? 'select(0.0, 1.0, i32(column) == target_class)'
          : 'select(vec4<f32>(0.0), vec4<f32>(1.0), vec4<i32>(i32(column) * 4) + vec4<i32>(0, 1, 2, 3) == vec4<i32>(target_class))'
      lowering.dispatch({
        name: 'crossEntropyBackward',
        reads: {
          scale: reduction === 'mean' ? meanScale : gradBinding,
          logits: { block: logits.block, type },
          targets: targetsBinding,
          log_sum_exp: { block: logSumExp.block, type: 'f32' },
        },
        writes: { output: { block: output.block, type } },
        workgroups: layout.workgroups,
        workgroupSize: layout.workgroupSize,
        body: `${begin}
  let target_class = targets[row];
  let normalizer = log_sum_exp[row];
  if (target_class == ${ignoreIndex}) {
    ${each(`output[i] = ${type}();`)}
  } else {
    ${each(`output[i] = (exp(logits[i] - normalizer) - ${oneHot}) * scale[0];`)}
  }`,
      })
    },
  }),
}

/** In WGSL: 1 for a target that counts, else 0. */
function counts(row: string, ignoreIndex: number): string {
  return `select(1.0, 0.0, targets[${row}] == ${ignoreIndex})`
}
