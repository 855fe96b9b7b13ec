import v8 from 'node:v8'
import { ops, Rng, SampleSource, type Tensor, tensor } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { backendsOnThreads, expectLikeReference } from '../../../../test/kernel-comparison.js'

v8.setFlagsFromString('--experimental-wasm-relaxed-simd')

/** Tensors of a shape in dtypes of one, four and eight bytes. */
function everyWidth(source: SampleSource, shape: readonly number[]): readonly Tensor[] {
  return [
    source.normal(shape),
    source.integers(shape, 99),
    source.booleans(shape),
    source.complex(shape),
    new SampleSource(1, 'float64').normal(shape),
  ]
}

describe('ops that move elements', async () => {
  const backends = await backendsOnThreads()
  const source = new SampleSource(1, 'float32')
  const rng = new Rng(7)
  const draw = (below: number) => rng.integers(1, below)[0]!
  const drawShape = (rank: number) => Array.from({ length: rank }, () => 1 + draw(6))

  it.each([
    [
      [2, 3],
      [1, 0],
    ],
    [
      [64, 64],
      [1, 0],
    ],
    [
      [301, 77],
      [1, 0],
    ],
    [
      [3, 40, 5, 16],
      [0, 2, 1, 3],
    ],
    [
      [3, 7, 9],
      [2, 1, 0],
    ],
    [
      [9, 3, 7],
      [0, 2, 1],
    ],
    [
      [2, 3, 2, 3, 2],
      [4, 1, 3, 0, 2],
    ],
    [
      [0, 3],
      [1, 0],
    ],
    [[40_000], [0]],
    [[], []],
  ])('transpose of %j by %j', (shape, permutation) => {
    for (const x of everyWidth(source, shape))
      expectLikeReference(backends, ops.transpose, { x }, { permutation }, 0)
  })

  it('transpose of random shapes', () => {
    for (let i = 0; i < 60; i++) {
      const shape = drawShape(1 + draw(6))
      const permutation = [...rng.permutation(shape.length)]
      expectLikeReference(backends, ops.transpose, { x: source.normal(shape) }, { permutation }, 0)
    }
  })

  it('slice and pad of random shapes', () => {
    for (let i = 0; i < 40; i++) {
      const shape = drawShape(draw(5))
      const begin = shape.map((size) => draw(size))
      const size = shape.map((each, axis) => draw(each - begin[axis]! + 1))
      const before = shape.map(() => draw(3))
      const after = shape.map(() => draw(3))
      for (const x of everyWidth(source, shape)) {
        expectLikeReference(backends, ops.slice, { x }, { begin, size }, 0)
        expectLikeReference(backends, ops.pad, { x }, { before, after }, 0)
      }
    }
  })

  it('slice and pad of long rows', () => {
    const x = source.normal([3, 70_001])
    expectLikeReference(backends, ops.slice, { x }, { begin: [1, 3], size: [2, 69_000] }, 0)
    expectLikeReference(backends, ops.pad, { x }, { before: [0, 5], after: [1, 0] }, 0)
  })

  it('concat of random shapes along every axis', () => {
    for (let i = 0; i < 30; i++) {
      const shape = drawShape(1 + draw(4))
      const axis = draw(shape.length)
      const shapes = Array.from({ length: 1 + draw(4) }, () => shape.with(axis, draw(5)))
      const all = shapes.map((each) => everyWidth(source, each))
      for (const width of all[0]!.keys()) {
        const tensors = all.map((each) => each[width]!)
        expectLikeReference(backends, ops.concat, { tensors }, { axis }, 0)
      }
    }
  })

  it('broadcastTo of random shapes', () => {
    for (let i = 0; i < 40; i++) {
      const shape = drawShape(draw(6))
      const from = shape.map((size) => (draw(2) === 0 ? 1 : size)).slice(draw(shape.length + 1))
      for (const x of everyWidth(source, from))
        expectLikeReference(backends, ops.broadcastTo, { x }, { shape }, 0)
    }
    expectLikeReference(backends, ops.broadcastTo, { x: source.normal([1]) }, { shape: [50_000] }, 0)
    expectLikeReference(backends, ops.broadcastTo, { x: source.normal([3]) }, { shape: [0, 3] }, 0)
  })

  it.each([
    [[4, 3], 0, 6],
    [[4, 3], 1, 2],
    [[5], 0, 9],
    [[3, 7, 5], 1, 1],
    [[100, 700], 0, 300],
    [[2, 5], 0, 0],
    [[70_000, 2], 0, 17],
    [[2, 3000, 3], 1, 4000],
  ])('gather and scatterAdd of %j along axis %j with %j indices', (shape, axis, count) => {
    const length = shape[axis]!
    const indices = source.integers([count], length)
    for (const x of everyWidth(source, shape)) {
      expectLikeReference(backends, ops.gather, { x, indices }, { axis }, 0)
    }
    const added = shape.with(axis, count)
    for (const x of [source.normal(added), source.complex(added)]) {
      expectLikeReference(backends, ops.scatterAdd, { x, indices }, { axis, length })
    }
  })

  it.each([
    [[5], 0, 2, 3],
    [[3, 7, 5], 1, 1, 6],
    [[1, 8, 64, 33], 2, 1, 17],
    [[40, 3, 700], 1, 2, 1],
    [[2, 9, 4, 17], 1, 0, 9],
    [[0, 3], 1, 2, 0],
  ])('dynamicUpdateSlice of %j, along axis %j so many slices: %j, from %j', (shape, axis, count, start) => {
    const position = tensor(start, { dtype: 'int32' }) as unknown as Tensor
    const updates = everyWidth(source, shape.with(axis, count))
    for (const [i, x] of everyWidth(source, shape).entries()) {
      const inputs = { x, update: updates[i]!, start: position }
      expectLikeReference(backends, ops.dynamicUpdateSlice, inputs, { axis }, 0)
    }
  })

  it('complex numbers from their parts, and back', () => {
    for (const shape of [[], [3], [5, 7], [0], [40_001]]) {
      const parts = { re: source.normal(shape), im: source.normal(shape) }
      expectLikeReference(backends, ops.complex, parts, {}, 0)
      for (const op of [ops.real, ops.imag, ops.conj]) {
        expectLikeReference(backends, op, { x: source.complex(shape) }, {}, 0)
      }
    }
  })

  it('an index that is outside is refused, the first of them', () => {
    const indices = tensor([0, 1, 7, 9], { dtype: 'int32' })
    for (const backend of backends) {
      const stored = Object.fromEntries(
        Object.entries({ x: source.normal([4, 2]), indices }).map(([name, value]) => {
          const spec = { shape: value.shape, dtype: value.dtype }
          return [name, { ...spec, storage: backend.store(spec, value.dataSync()) }]
        }),
      )
      const specs = { output: { shape: [4, 2], dtype: 'float32' } } as const
      expect(() => backend.run(ops.gather as never, stored, { axis: 0 }, specs)).toThrow(
        'gather: index 7 at position 2 is outside 0 to 3',
      )
      expect(() => backend.run(ops.scatterAdd as never, stored, { axis: 0, length: 5 }, specs)).toThrow(
        'scatterAdd: index 7 at position 2 is outside 0 to 4',
      )
    }
  })
})
