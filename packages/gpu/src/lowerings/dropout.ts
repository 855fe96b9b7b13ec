import { ops, sizeOf } from '@gyre/tensor'
import { kernelFor } from '../kernel.js'
import { literal } from '../wgsl/literal.js'
import { threefry } from '../wgsl/threefry.js'

export const dropoutKernels = {
  dropout: kernelFor(ops.dropout, {
    dtypes: ['float32', 'int32'],
    lower: ({ x, seed }, { probability }, { output }, lowering) => {
      // bits · 2^-24 < probability, for whole numbers.
      const threshold = Math.ceil(probability * 2 ** 24)
      const word = (k: number) => ({ block: seed.block, type: 'i32', at: () => `${k}` }) as const
      // Both elements that share a counter compute its two words: less work than an element's way to memory.
      lowering.elementwise({
        name: 'dropout',
        count: sizeOf(x.shape),
        inputs: { x: { block: x.block, type: 'f32' }, k0: word(0), k1: word(1) },
        output: { block: output.block, type: 'f32' },
        value: ({ x, k0, k1 }, i) => {
          const key = `bitcast<vec2<u32>>(vec2<i32>(${k0}, ${k1}))`
          const bits = `threefry(${key}, vec2<u32>(${i} / 2u, 0u))[${i} % 2u] >> 8u`
          return `select(0.0, ${x} * ${literal(1 / (1 - probability))}, ${bits} >= ${threshold}u)`
        },
        declarations: [threefry],
      })
    },
  }),
}
