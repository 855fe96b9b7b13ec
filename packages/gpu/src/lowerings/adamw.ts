import { ops, sizeOf } from '@gyre/tensor'
import { kernelFor } from '../kernel.js'
import type { Block } from '../program/block.js'
import { tanh } from '../wgsl/functions.js'
import { literal } from '../wgsl/literal.js'
import { packedType } from '../wgsl/packed-type.js'

const workgroupSize = 256

export const adamwKernels = {
  adamw: kernelFor(ops.adamw, {
    dtypes: ['float32', 'int32'],
    lower: (inputs, { beta1, beta2, epsilon, weightDecay }, results, lowering) => {
      const { learningRate, step } = inputs
      inputs.parameters.forEach((parameter, n) => {
        const size = sizeOf(parameter.shape)
        const { type, width } = packedType(size)
        const count = size / width
        // New numbers are written over the old ones; where those are still needed, over a copy.
        const updated = (from: Block, to: Block) => {
          lowering.copy(from, to)
          return { block: to, type }
        }
        lowering.dispatch({
          name: 'adamw',
          reads: {
            gradient: { block: inputs.gradients[n]!.block, type },
            learning_rate: { block: learningRate.block, type: 'f32' },
            step: { block: step.block, type: 'i32' },
          },
          writes: {
            parameter: updated(parameter.block, results.parameters[n]!.block),
            first_moment: updated(inputs.firstMoments[n]!.block, results.firstMoments[n]!.block),
            second_moment: updated(inputs.secondMoments[n]!.block, results.secondMoments[n]!.block),
          },
          workgroups: Math.ceil(count / workgroupSize),
          workgroupSize,
          declarations: `${tanh}
${oneMinusPower}`,
          body: `let i = flat_group * ${workgroupSize}u + lane;
  if (i >= ${count}u) { return; }
  let rate = learning_rate[0];
  let t = f32(step[0]);
  let g = gradient[i];
  let m = ${literal(beta1)} * first_moment[i] + ${literal(1 - beta1)} * g;
  let v = ${literal(beta2)} * second_moment[i] + ${literal(1 - beta2)} * g * g;
  let step_size = rate / ${biasCorrection(beta1)};
  let root_correction = sqrt(${biasCorrection(beta2)});
  let change = step_size * m / (sqrt(v) / root_correction + ${literal(epsilon)});
  first_moment[i] = m;
  second_moment[i] = v;
  parameter[i] = (1.0 - rate * ${literal(weightDecay)}) * parameter[i] - change;`,
        })
      })
    },
  }),
}

/** 1 - βᵗ of the exponent -t ln β / 2, without the cancellation that float32 shows for β near 1. */
const oneMinusPower = `fn one_minus_power(exponent: f32) -> f32 {
  let h = tanh_accurate(exponent);
  return 2.0 * h / (1.0 + h);
}`

function biasCorrection(beta: number): string {
  return beta === 0 ? '1.0' : `one_minus_power(t * ${literal(-Math.log(beta) / 2)})`
}
