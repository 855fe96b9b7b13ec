import type { DType } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { ShapeError } from '../errors.js'
import { dispatch } from '../interpreter.js'
import { multiplyRows, packRows } from '../matmul-kernel.js'
import { defineOp } from '../op.js'
import { formatShape, type Shape, sameShape, sizeOf } from '../shape.js'
import type { CheckLinear, LinearShape } from '../shape-types.js'
import type { Tensor, TensorSpec } from '../tensor.js'
import { add } from './add.js'
import { matmul } from './matmul.js'
import { reshape } from './reshape.js'
import { sum } from './sum.js'

type Inputs = { x: Tensor; weight: Tensor; bias?: Tensor }

export const linearOp = defineOp<Inputs>()({
  name: 'linear',
  doc: { summary: 'A linear layer: x weightᵀ + bias over the last axis, the weight stored [out, in].' },
  shape: ({ x, weight, bias }) => {
    checkDType('linear', 'x', x.dtype, ['float32', 'float64'])
    checkDType('linear', 'weight', weight.dtype, [x.dtype])
    const { outFeatures } = dimsOf(x, weight)
    if (bias) {
      checkDType('linear', 'bias', bias.dtype, [x.dtype])
      if (!sameShape(bias.shape, [outFeatures])) {
        throw new ShapeError(
          `linear: bias has shape ${formatShape(bias.shape)}; weight ${formatShape(weight.shape)} needs [${outFeatures}]`,
        )
      }
    }
    return { output: { shape: [...x.shape.slice(0, -1), outFeatures], dtype: x.dtype } }
  },
  reference: ({ x, weight, bias }, _options, { output }) => {
    const { rows, inFeatures, outFeatures } = dimsOf(x, weight)
    multiplyRows(
      packRows(x.data, rows, inFeatures),
      packRows(weight.data, outFeatures, inFeatures),
      rows,
      outFeatures,
      inFeatures,
      output.data,
      0,
    )
    if (!bias) return
    for (let start = 0; start < output.data.length; start += outFeatures) {
      for (let i = 0; i < outFeatures; i++) output.data[start + i] = output.data[start + i]! + bias.data[i]!
    }
  },
  composition: ({ x, weight, bias }) => {
    const { rows, inFeatures, outFeatures } = dimsOf(x, weight)
    const product = matmul(reshape(x, [rows, inFeatures]), weight, { transposeB: true })
    const output = reshape(bias ? add(product, bias) : product, [...x.shape.slice(0, -1), outFeatures])
    return { output }
  },
  vjp: ({ inputs: { x, weight }, grads }) => {
    const { rows, inFeatures, outFeatures } = dimsOf(x, weight)
    const grad = (): Tensor => reshape(grads.output, [rows, outFeatures])
    return {
      x: () => reshape(matmul(grad(), weight), x.shape),
      weight: () => matmul(grad(), reshape(x, [rows, inFeatures]), { transposeA: true }),
      bias: () => sum(grad(), { axes: [0] }),
    }
  },
  cost: ({ x, bias }, _options, { output }) => {
    const size = sizeOf(output.shape)
    return { flops: 2 * x.shape.at(-1)! * size + (bias ? size : 0) }
  },
  samples: (source) => [
    {
      name: 'with bias',
      inputs: { x: source.normal([2, 3, 5]), weight: source.normal([4, 5]), bias: source.normal([4]) },
      options: {},
    },
    { name: 'no bias', inputs: { x: source.normal([4, 3]), weight: source.normal([5, 3]) }, options: {} },
    { name: 'one row', inputs: { x: source.normal([3]), weight: source.normal([2, 3]) }, options: {} },
  ],
})

/** A linear layer `x weightᵀ + bias`. Shapes: x `[…, in]`, weight `[out, in]`, bias `[out]` → `[…, out]`. */
export function linear<M extends number, K extends number, N extends number, D extends DType>(
  x: Tensor<readonly [M, K], D>,
  weight: Tensor<readonly [N, NoInfer<K>], NoInfer<D>>,
  bias?: Tensor<Shape, NoInfer<D>>,
): Tensor<readonly [M, N], D>
export function linear<X extends Shape, W extends Shape, D extends DType>(
  x: Tensor<X, D>,
  weight: Tensor<W, NoInfer<D>> & CheckLinear<X, W>,
  bias?: Tensor<Shape, NoInfer<D>>,
): Tensor<LinearShape<X, W>, D>
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  return dispatch(linearOp, { x, weight, bias }, {}).output
}

function dimsOf(x: TensorSpec, weight: TensorSpec) {
  if (weight.shape.length !== 2) {
    throw new ShapeError(`linear: weight has shape ${formatShape(weight.shape)}; expected [out, in]`)
  }
  const [outFeatures, inFeatures] = weight.shape as readonly [number, number]
  const operands = `linear: x ${formatShape(x.shape)}, weight ${formatShape(weight.shape)}`
  if (x.shape.length === 0) throw new ShapeError(`${operands}: x is a scalar; expected […, ${inFeatures}]`)
  if (x.shape.at(-1) !== inFeatures) {
    throw new ShapeError(`${operands}: x has ${x.shape.at(-1)} features, weight takes ${inFeatures}`)
  }
  return { rows: sizeOf(x.shape.slice(0, -1)), inFeatures, outFeatures }
}
