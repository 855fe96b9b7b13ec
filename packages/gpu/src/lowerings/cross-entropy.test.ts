import { crossEntropy, jsBackend, ops, SampleSource, setBackend, type Tensor, tensor } from '@gyre/tensor'
import { afterEach, describe, expect, it } from 'vitest'
import { findGpu } from '../../../../test/find-gpu.js'
import { expectOnGpuLikeReference } from '../../../../test/gpu-kernel-comparison.js'

const { backend } = await findGpu()

describe.skipIf(backend === undefined)('crossEntropy', () => {
  afterEach(() => setBackend(jsBackend))

  it.each([
    [1, 1],
    [7, 3],
    [33, 1001],
    [3, 8192],
  ])('and its gradient for %s rows of %s classes', async (rows, classes) => {
    const source = new SampleSource(1, 'float32')
    const logits = source.normal([rows, classes])
    const targets = source.integers([rows], classes)
    const options = { ignoreIndex: 0, reduction: 'mean' } as const
    await expectOnGpuLikeReference(backend!, ops.crossEntropy, { logits, targets }, options, 2e-6)
    const saved = { grad: source.normal([]), logSumExp: source.between([rows], 3, 4) }
    const inputs = { logits, targets, ...saved }
    await expectOnGpuLikeReference(backend!, ops.crossEntropyBackward, inputs, options, 2e-6)
  })

  it.each([[[0, 3, 1]], [[0, -1, 1]]])(
    'refuses the targets %s in the words of the reference',
    async (ids) => {
      const compute = (): Tensor => {
        const logits = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], { shape: [3, 3] }) as Tensor
        return crossEntropy(logits, tensor(ids, { dtype: 'int32' }) as Tensor)
      }
      setBackend(backend!)
      await expect(compute().data()).rejects.toThrow(
        `crossEntropy: target ${ids[1]} at position 1 is neither a class, 0 to 2, nor the ignored -100`,
      )
    },
  )

  it('is NaN where a logit is', async () => {
    setBackend(backend!)
    const logits = tensor([1, Number.NaN, 3, 4], { shape: [1, 4] }) as Tensor
    expect(await crossEntropy(logits, tensor([3], { dtype: 'int32' }) as Tensor).data()).toEqual(
      new Float32Array([Number.NaN]),
    )
  })
})
