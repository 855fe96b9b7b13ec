import v8 from 'node:v8'
import { crossEntropy, ops, SampleSource, setBackend, tensor, zeros } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { backendsOnThreads, expectLikeReference } from '../../../../test/kernel-comparison.js'

v8.setFlagsFromString('--experimental-wasm-relaxed-simd')

describe.each(['simd128', 'relaxed-simd'] as const)('with %s', async (variant) => {
  const backends = await backendsOnThreads(variant)

  it.each([
    [1, 1],
    [1, 7],
    [17, 3],
    [5, 5],
    [64, 1000],
    [9, 8195],
    [0, 4],
  ])('crossEntropy and its gradient of %s rows and %s classes', (rows, classes) => {
    const source = new SampleSource(1, 'float32')
    const logits = source.normal([rows, classes], 3)
    const targets = source.integers([rows], classes)
    for (const reduction of ['mean', 'sum'] as const) {
      for (const ignoreIndex of [-100, 0]) {
        const options = { reduction, ignoreIndex }
        expectLikeReference(backends, ops.crossEntropy, { logits, targets }, options)
        const gradients = {
          grad: source.normal([]),
          logits,
          targets,
          logSumExp: source.between([rows], 5, 9),
        }
        expectLikeReference(backends, ops.crossEntropyBackward, gradients, options)
      }
    }
  })

  it('takes one row of logits', () => {
    const logits = tensor([1, 2, 3])
    const targets = tensor(2, { dtype: 'int32' })
    const options = { reduction: 'mean', ignoreIndex: -100 } as const
    expectLikeReference(backends, ops.crossEntropy, { logits, targets } as never, options)
  })

  it('refuses the first target that is no class, in the words of the reference', () => {
    for (const backend of backends) {
      setBackend(backend)
      const targets = tensor([0, -100, 5, -3], { dtype: 'int32' })
      expect(() => crossEntropy(zeros([4, 5]), targets)).toThrow(
        'crossEntropy: target 5 at position 2 is neither a class, 0 to 4, nor the ignored -100',
      )
    }
  })
})
