import { ops, sizeOf } from '@gyre/tensor'
import { kernelFor } from '../kernel.js'

/** Elements of one chunk: some ten microseconds of work, and a multiple of 4. */
const chunkSize = 16_384

export const adamwKernels = {
  adamw: kernelFor(ops.adamw, {
    dtypes: ['float32', 'int32'],
    lower: (inputs, { beta1, beta2, epsilon, weightDecay }, results, lowering) => {
      const calls = inputs.parameters.map((parameter, i) => {
        const count = sizeOf(parameter.shape)
        const args = {
          parameter: parameter.block,
          gradient: inputs.gradients[i]!.block,
          firstMoment: inputs.firstMoments[i]!.block,
          secondMoment: inputs.secondMoments[i]!.block,
          newParameter: results.parameters[i]!.block,
          newFirstMoment: results.firstMoments[i]!.block,
          newSecondMoment: results.secondMoments[i]!.block,
          learningRate: inputs.learningRate.block,
          step: inputs.step.block,
          count,
          chunkSize,
          beta1,
          beta2,
          epsilon,
          weightDecay,
        }
        return { args, chunks: Math.ceil(count / chunkSize) }
      })
      // Threads wait for each other around a call that is cut; the small ones stand together behind those.
      calls.sort((a, b) => b.chunks - a.chunks)
      for (const { args, chunks } of calls) lowering.run('adamw', args, { chunks })
    },
  }),
}
