import { broadcastShapes, broadcastStrides, ops, sizeOf } from '@gyre/tensor'
import { kernelFor, type Located, type Lowering } from '../kernel.js'
import type { Block } from '../program/block.js'
import { stridedIndex } from './strided-index.js'

const workgroupSize = 256

/** `output = a b + bias` for each matrix of a batch; `a` is `[m, k]`, or `[k, m]` where it is stored transposed. */
interface Product {
  readonly m: number
  readonly n: number
  readonly k: number
  readonly batches: number
  readonly a: Factor
  readonly b: Factor
  readonly bias?: Block
  readonly output: Block
}

interface Factor {
  readonly block: Block
  readonly transposed: boolean
  /** In WGSL: where the matrix of a batch begins. */
  readonly start: (batch: string) => string
}

export const matmulKernels = {
  matmul: kernelFor(ops.matmul, {
    dtypes: ['float32'],
    lower: ({ a, b }, { transposeA = false, transposeB = false }, { output }, lowering) => {
      const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), 'matmul')
      const factor = ({ shape, block }: Located, transposed: boolean): Factor => {
        const own = shape.slice(0, -2)
        const size = shape.at(-2)! * shape.at(-1)!
        const strides = broadcastStrides(own, batch).map((stride) => stride * size)
        return { block, transposed, start: (index) => stridedIndex(index, batch, strides) }
      }
      lowerProduct(
        {
          m: output.shape.at(-2)!,
          n: output.shape.at(-1)!,
          k: a.shape.at(transposeA ? -2 : -1)!,
          batches: sizeOf(batch),
          a: factor(a, transposeA),
          b: factor(b, transposeB),
          output: output.block,
        },
        lowering,
      )
    },
  }),
  linear: kernelFor(ops.linear, {
    dtypes: ['float32'],
    lower: ({ x, weight, bias }, _options, { output }, lowering) => {
      const [n, k] = weight.shape as readonly [number, number]
      const start = () => '0u'
      lowerProduct(
        {
          m: sizeOf(x.shape.slice(0, -1)),
          n,
          k,
          batches: 1,
          a: { block: x.block, transposed: false, start },
          b: { block: weight.block, transposed: true, start },
          bias: bias?.block,
          output: output.block,
        },
        lowering,
      )
    },
  }),
}

/** One invocation for each element of the product. */
function lowerProduct({ m, n, k, batches, a, b, bias, output }: Product, lowering: Lowering): void {
  const count = batches * m * n
  lowering.dispatch({
    name: 'matmul',
    reads: {
      a: { block: a.block, type: 'f32' },
      b: { block: b.block, type: 'f32' },
      ...(bias && { bias: { block: bias, type: 'f32' as const } }),
    },
    writes: { output: { block: output, type: 'f32' } },
    workgroups: Math.ceil(count / workgroupSize),
    workgroupSize,
    body: `let i = flat_group * ${workgroupSize}u + lane;
  if (i >= ${count}u) { return; }
  let batch = i / ${m * n}u;
  let row = i / ${n}u % ${m}u;
  let column = i % ${n}u;
  var at_a = ${a.start('batch')} + ${a.transposed ? 'row' : `row * ${k}u`};
  var at_b = ${b.start('batch')} + ${b.transposed ? `column * ${k}u` : 'column'};
  var sum = 0.0;
  for (var p = 0u; p < ${k}u; p++) {
    sum = fma(a[at_a], b[at_b], sum);
    at_a += ${a.transposed ? m : 1}u;
    at_b += ${b.transposed ? 1 : n}u;
  }
  output[i] = sum${bias ? ' + bias[column]' : ''};`,
  })
}
