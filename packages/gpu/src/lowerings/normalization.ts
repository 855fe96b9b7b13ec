import { ops, sizeOf, type TensorSpec } from '@gyre/tensor'
import { kernelFor } from '../kernel.js'
import { literal } from '../wgsl/literal.js'
import { sumWithin } from '../wgsl/packed-type.js'
import { layOutRows, reductionOverTeam, sumOfNumbers, sumOfPairs } from '../wgsl/rows.js'
import { addRows } from './add-rows.js'

export const normalizationKernels = {
  layerNorm: kernelFor(ops.layerNorm, {
    dtypes: ['float32'],
    takes: ({ x }) => x.shape.length > 0,
    lower: ({ x, weight, bias }, { epsilon }, { output, mean, reciprocalDeviation }, lowering) => {
      const { rows, features } = rowsOf(x)
      const layout = layOutRows(rows, features)
      const { type, begin, each } = layout
      lowering.dispatch({
        name: 'layerNorm',
        reads: {
          x: { block: x.block, type },
          weight: { block: weight.block, type },
          bias: { block: bias.block, type },
        },
        writes: {
          output: { block: output.block, type },
          mean: { block: mean.block, type: 'f32' },
          reciprocal_deviation: { block: reciprocalDeviation.block, type: 'f32' },
        },
        workgroups: layout.workgroups,
        workgroupSize: layout.workgroupSize,
        declarations: reductionOverTeam(sumOfPairs, layout),
        // Two passes, the second of which corrects what the first one's sum lost to rounding.
        body: `${begin}
  var total = ${type}();
  ${each('total += x[i];')}
  let rough = sum_of_pairs(lane, vec2<f32>(${sumWithin(type, 'total')}, 0.0)).x / ${literal(features)};
  var distances = ${type}();
  var squares = ${type}();
  ${each(`let distance = x[i] - rough;
    distances += distance;
    squares += distance * distance;`)}
  let sums = sum_of_pairs(lane, vec2<f32>(${sumWithin(type, 'distances')}, ${sumWithin(type, 'squares')}));
  let correction = sums.x / ${literal(features)};
  let variance = max(sums.y / ${literal(features)} - correction * correction, 0.0);
  let scale = inverseSqrt(variance + ${literal(epsilon)});
  ${each('output[i] = (x[i] - rough - correction) * scale * weight[column] + bias[column];')}
  if (has_row && place == 0u) {
    mean[row] = rough + correction;
    reciprocal_deviation[row] = scale;
  }`,
      })
    },
  }),
  layerNormBackward: kernelFor(ops.layerNormBackward, {
    dtypes: ['float32'],
    takes: ({ x }) => x.shape.length > 0,
    lower: ({ grad, x, weight, mean, reciprocalDeviation }, _options, results, lowering) => {
      const { rows, features } = rowsOf(x)
      const layout = layOutRows(rows, features)
      const { type, begin, each } = layout
      const gradBinding = { block: grad.block, type }
      const normalised = {
        x: { block: x.block, type },
        mean: { block: mean.block, type: 'f32' },
        reciprocal_deviation: { block: reciprocalDeviation.block, type: 'f32' },
      } as const
      lowering.dispatch({
        name: 'layerNormBackward: x',
        reads: { grad: gradBinding, weight: { block: weight.block, type }, ...normalised },
        writes: { output: { block: results.x.block, type } },
        workgroups: layout.workgroups,
        workgroupSize: layout.workgroupSize,
        declarations: reductionOverTeam(sumOfPairs, layout),
        // With y = (x - mean) · scale and g = grad · weight: dx = scale · (g - mean(g) - y · mean(g · y)).
        body: `${begin}
  let average = mean[row];
  let scale = reciprocal_deviation[row];
  var g_total = ${type}();
  var gy_total = ${type}();
  ${each(`let g = grad[i] * weight[column];
    g_total += g;
    gy_total += g * ((x[i] - average) * scale);`)}
  let means = sum_of_pairs(lane, vec2<f32>(${sumWithin(type, 'g_total')}, ${sumWithin(type, 'gy_total')})) / ${literal(features)};
  ${each(`let g = grad[i] * weight[column];
    let y = (x[i] - average) * scale;
    output[i] = scale * (g - means.x - y * means.y);`)}`,
      })
      const matrix = { rows, features }
      addRows(
        lowering,
        { name: 'layerNormBackward: weight', ...matrix },
        { grad: gradBinding, ...normalised },
        'grad[i] * ((x[i] - mean[row]) * reciprocal_deviation[row])',
        results.weight.block,
      )
      addRows(
        lowering,
        { name: 'layerNormBackward: bias', ...matrix },
        { grad: gradBinding },
        'grad[i]',
        results.bias.block,
      )
    },
  }),
  rmsNorm: kernelFor(ops.rmsNorm, {
    dtypes: ['float32'],
    lower: ({ x, weight }, { epsilon }, { output, reciprocalRms }, lowering) => {
      const { rows, features } = rowsOf(x)
      const layout = layOutRows(rows, features)
      const { type, begin, each } = layout
      lowering.dispatch({
        name: 'rmsNorm',
        reads: { x: { block: x.block, type }, weight: { block: weight.block, type } },
        writes: {
          output: { block: output.block, type },
          reciprocal_rms: { block: reciprocalRms.block, type: 'f32' },
        },
        workgroups: layout.workgroups,
        workgroupSize: layout.workgroupSize,
        declarations: reductionOverTeam(sumOfNumbers, layout),
        body: `${begin}
  var squares = ${type}();
  ${each('squares += x[i] * x[i];')}
  let scale = inverseSqrt(sum_of_numbers(lane, ${sumWithin(type, 'squares')}) / ${literal(features)} + ${literal(epsilon)});
  ${each('output[i] = x[i] * scale * weight[column];')}
  if (has_row && place == 0u) { reciprocal_rms[row] = scale; }`,
      })
    },
  }),
  rmsNormBackward: kernelFor(ops.rmsNormBackward, {
    dtypes: ['float32'],
    lower: ({ grad, x, weight, reciprocalRms }, _options, results, lowering) => {
      const { rows, features } = rowsOf(x)
      const layout = layOutRows(rows, features)
      const { type, begin, each } = layout
      const common = {
        grad: { block: grad.block, type },
        x: { block: x.block, type },
        reciprocal_rms: { block: reciprocalRms.block, type: 'f32' },
      } as const
      lowering.dispatch({
        name: 'rmsNormBackward: x',
        reads: { ...common, weight: { block: weight.block, type } },
        writes: { output: { block: results.x.block, type } },
        workgroups: layout.workgroups,
        workgroupSize: layout.workgroupSize,
        declarations: reductionOverTeam(sumOfNumbers, layout),
        // With y = x · scale and g = grad · weight: dx = scale · (g - y · mean(g · y)).
        body: `${begin}
  let scale = reciprocal_rms[row];
  var gy_total = ${type}();
  ${each('gy_total += grad[i] * weight[column] * (x[i] * scale);')}
  let gy_mean = sum_of_numbers(lane, ${sumWithin(type, 'gy_total')}) / ${literal(features)};
  ${each('output[i] = scale * (grad[i] * weight[column] - x[i] * scale * gy_mean);')}`,
      })
      addRows(
        lowering,
        { name: 'rmsNormBackward: weight', rows, features },
        common,
        'grad[i] * (x[i] * reciprocal_rms[row])',
        results.weight.block,
      )
    },
  }),
}

function rowsOf({ shape }: TensorSpec): { rows: number; features: number } {
  return { rows: sizeOf(shape.slice(0, -1)), features: shape.at(-1)! }
}
