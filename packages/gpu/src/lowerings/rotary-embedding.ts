import { ops, sizeOf } from '@gyre/tensor'
import { kernelFor, type Located } from '../kernel.js'

export const rotaryEmbeddingKernels = {
  rotaryEmbedding: kernelFor(ops.rotaryEmbedding, {
    dtypes: ['float32'],
    lower: ({ x, cos, sin }, { transposed }, { output }, lowering) => {
      const [, heads, positions, features] = x.shape as readonly [number, number, number, number]
      const half = features / 2
      const isFirst = (i: string) => `(${i} % ${features}u < ${half}u)`
      /** The place of the other element of a pair: half of the features further, or before. */
      const partner = (i: string) => `(select(${i} - ${half}u, ${i} + ${half}u, ${isFirst(i)}))`
      const matrix = positions * features
      const inTable = (table: Located) => (i: string) => {
        const within = `${i} % ${matrix}u`
        return table.shape.length === 3 ? `${i} / ${heads * matrix}u * ${matrix}u + ${within}` : within
      }
      const ofSin = inTable(sin)
      lowering.elementwise({
        name: 'rotaryEmbedding',
        count: sizeOf(x.shape),
        inputs: {
          x: { block: x.block, type: 'f32' },
          other: { block: x.block, type: 'f32', at: partner },
          cos: { block: cos.block, type: 'f32', at: inTable(cos) },
          // The transpose has the sine of the row that it takes the element from.
          sin: { block: sin.block, type: 'f32', at: (i) => ofSin(transposed ? partner(i) : i) },
        },
        output: { block: output.block, type: 'f32' },
        value: ({ x, other, cos, sin }, i) => {
          const turned = transposed
            ? `select(-${other}, ${other}, ${isFirst(i)})`
            : `select(${other}, -${other}, ${isFirst(i)})`
          return `${x} * ${cos} + ${turned} * ${sin}`
        },
      })
    },
  }),
}
