import { type Op, type Options, ops, SampleSource, type Shape, type Tensor, tensor } from '@gyre/tensor'
import { describe, it } from 'vitest'
import { findGpu } from '../../../../test/find-gpu.js'
import { expectOnGpuLikeReference } from '../../../../test/gpu-kernel-comparison.js'

const { backend } = await findGpu()
const tolerance = 2e-6

const shapes: readonly (readonly [Shape, readonly number[] | undefined])[] = [
  [[7, 5], [1]],
  [[7, 5], [0]],
  [[7, 5], undefined],
  [[], undefined],
  [[1], [0]],
  [[3, 1, 4], [1]],
  [[3, 1, 4], []],
  [[5, 300], [1]],
  [[2, 3000], [1]],
  [[300, 5], [0]],
  [[3000, 2], [0]],
  [[2050, 33], [0]],
  [[40, 1000], undefined],
  [[20_000], undefined],
  [[3, 40, 5], [1]],
  [
    [3, 40, 5],
    [0, 2],
  ],
  [
    [2, 70, 2, 90, 3],
    [1, 3],
  ],
  [
    [2, 70, 2, 90, 3],
    [0, 2, 4],
  ],
  [[600, 3], [1]],
  [[4, 0], [0]],
]

describe.skipIf(backend === undefined)('on the GPU', () => {
  const source = new SampleSource(1, 'float32')
  const expectReduced = (op: Op<{ x: Tensor }, Options>, x: Tensor, options: Options): Promise<void> =>
    expectOnGpuLikeReference(backend!, op, { x }, options, tolerance)

  it.each(shapes)('the sum of %j over axes %j', async (shape, axes) => {
    for (const keepDims of [false, true]) {
      await expectReduced(ops.sum as never, source.normal(shape), { axes, keepDims })
    }
    await expectReduced(ops.sum as never, source.complex(shape), { axes })
    await expectReduced(ops.sum as never, source.integers(shape, 1000), { axes })
  })

  it('the sum of nothing is zero', async () => {
    await expectReduced(ops.sum as never, source.normal([4, 0]), { axes: [1] })
    await expectReduced(ops.sum as never, source.normal([0, 4]), { axes: [0] })
    await expectReduced(ops.sum as never, source.normal([0]), {})
  })

  it.each(shapes)('the largest of %j over axes %j', async (shape, axes) => {
    await expectReduced(ops.max as never, source.normal(shape), { axes })
    await expectReduced(ops.max as never, source.integers(shape, 1000), { axes })
  })

  it('the largest of numbers of which one is not a number, and of infinities', async () => {
    const { NaN: nan, NEGATIVE_INFINITY: low } = Number
    const x = tensor([1, nan, 3, nan, 1, 1, low, low, low, low, 2, low], { shape: [4, 3] }) as Tensor
    await expectReduced(ops.max as never, x, { axes: [1] })
    await expectReduced(ops.max as never, x, { axes: [0] })
    await expectReduced(ops.argmax as never, x, { axis: 1 })
  })

  it.each([
    [[7, 5], 1],
    [[7, 5], 0],
    [[9], 0],
    [[3, 5000], 1],
    [[1000, 3], 0],
    [[4, 300, 6], 1],
    [[0, 3], 1],
  ] as const)('the place of the largest of %j along axis %i, the first of several', async (shape, axis) => {
    await expectReduced(ops.argmax as never, source.normal(shape), { axis })
    await expectReduced(ops.argmax as never, source.integers(shape, 3), { axis })
  })

  it.each([[[]], [[1]], [[5]], [[3, 256]], [[2, 257]], [[4, 1000]], [[2, 0]], [[0, 3]]])(
    'the running sum along the rows of %j',
    async (shape) => {
      await expectReduced(ops.cumsum as never, source.between(shape), {})
      await expectReduced(ops.cumsum as never, source.integers(shape, 1000), {})
    },
  )

  it('the sum of many numbers is as exact as one of a few', async () => {
    await expectOnGpuLikeReference(backend!, ops.sum, { x: source.between([300_000]) }, {}, 2e-7)
  })
})
