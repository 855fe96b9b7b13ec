import { compile } from '@gyre/graph'
import {
  adamw,
  add,
  type Backend,
  jsBackend,
  mul,
  ops,
  Parameter,
  SampleSource,
  type Shape,
  setBackend,
  sum,
  type Tensor,
  type TensorSpec,
  tensor,
} from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { findGpu } from '../../../../test/find-gpu.js'
import { expectOnGpuLikeReference } from '../../../../test/gpu-kernel-comparison.js'
import { relativeDifference } from '../../../../test/reference-in-float64.js'

const { backend } = await findGpu()

describe.skipIf(backend === undefined)('adamw', () => {
  it.each([
    [{ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 }],
    [{ beta1: 0, beta2: 0.95, epsilon: 1e-6, weightDecay: 0 }],
    [{ beta1: 0.99, beta2: 0.99999, epsilon: 1e-8, weightDecay: 0.01 }],
  ])('for parameters of many sizes with %o', async (options) => {
    for (const step of [1, 2, 17, 5000]) {
      const source = new SampleSource(1, 'float32')
      const shapes = [[1], [], [7, 5], [13, 25], [3], [0], [1028]]
      const inputs = {
        parameters: shapes.map((shape) => source.normal(shape)),
        gradients: shapes.map((shape) => source.normal(shape)),
        firstMoments: shapes.map((shape) => source.normal(shape)),
        secondMoments: shapes.map((shape) => source.between(shape)),
        learningRate: source.between([], 0.001, 0.01),
        step: add(source.integers([], 1), step) as Tensor,
      }
      await expectOnGpuLikeReference(backend!, ops.adamw, inputs, options, 2e-6)
    }
  })

  it('writes over what a compiled step gives it', async () => {
    const train = async (on: Backend): Promise<number[]> => {
      setBackend(on)
      const [parameter, first, second] = [filledWith(1), filledWith(0), filledWith(0)]
      const step = compile((rate: Tensor, number: Tensor) => {
        const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 }
        const updated = adamw(
          {
            parameters: [parameter.value],
            gradients: [mul(parameter.value, parameter.value) as Tensor],
            firstMoments: [first.value],
            secondMoments: [second.value],
            learningRate: rate,
            step: number,
          },
          options,
        )
        parameter.assign(updated.parameters[0]!)
        first.assign(updated.firstMoments[0]!)
        second.assign(updated.secondMoments[0]!)
        return sum(updated.parameters[0]!)
      })
      const losses: number[] = []
      for (let number = 1; number <= 5; number++) {
        const loss = step(tensor(0.1) as Tensor, tensor(number, { dtype: 'int32' }) as Tensor)
        losses.push((await loss.data())[0]!)
      }
      setBackend(jsBackend)
      return losses
    }
    const found = await train(backend!)
    const expected = await train(jsBackend)
    expect(expected[4]).toBeLessThan(expected[0]!)
    expect(relativeDifference(found, expected)).toBeLessThan(1e-6)
  })
})

function filledWith(value: number): Parameter {
  const spec: TensorSpec<Shape, 'float32'> = { shape: [10], dtype: 'float32' }
  return new Parameter(spec, () => new Float32Array(10).fill(value)) as unknown as Parameter
}
