import { describe, expect, it } from 'vitest'
import { ones, tensor } from '../create.js'
import { IndexError } from '../errors.js'
import { embedding } from './embedding.js'
import { embeddingBackward } from './embedding-backward.js'

const ids = (values: number[]) => tensor(values, { dtype: 'int32' })

describe('embedding', () => {
  it('gives the row of each id, the padding row included', () => {
    const weight = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    expect([...embedding(weight, ids([2, 0, 1]), { paddingIndex: 1 }).dataSync()]).toEqual([5, 6, 1, 2, 3, 4])
  })

  it('adds the gradients of an id that occurs twice, and gives the padding row none', () => {
    const grad = ones([4, 2])
    const rows = embeddingBackward({ grad, ids: ids([2, 0, 2, 1]) }, { rows: 4, paddingIndex: 1 })
    expect([...rows.dataSync()]).toEqual([1, 1, 0, 0, 2, 2, 0, 0])
  })

  it('names a padding row outside the table', () => {
    expect(() => embedding(ones([3, 2]), ids([0]), { paddingIndex: 3 })).toThrow(
      new IndexError('embedding: paddingIndex 3 is outside 0 to 2'),
    )
  })

  it.each([-1, 3])('names the id %i outside a table of 3 rows', (id) => {
    expect(() => embedding(ones([3, 2]), ids([0, id]))).toThrow(
      new IndexError(`embedding: index ${id} at position 1 is outside 0 to 2`),
    )
  })
})
