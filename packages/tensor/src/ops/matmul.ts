import { broadcastIndices } from '../broadcast-indices.js'
import type { DType } from '../dtype.js'
import { checkDType } from '../elementwise.js'
import { DTypeError, ShapeError } from '../errors.js'
import { dispatch } from '../interpreter.js'
import { multiplyRows, packColumns, packRows } from '../matmul-kernel.js'
import { defineOp } from '../op.js'
import { broadcastShapes, formatShape, type Shape, sizeOf } from '../shape.js'
import type { CheckMatmul, MatmulOptions, MatmulShape } from '../shape-types.js'
import type { Tensor, TensorSpec } from '../tensor.js'
import { reshape } from './reshape.js'
import { sumTo } from './sum-to.js'

type Options = { readonly transposeA?: boolean; readonly transposeB?: boolean }

export const matmulOp = defineOp<{ a: Tensor; b: Tensor }, Options>()({
  name: 'matmul',
  doc: { summary: 'The matrix product over the last two axes; leading axes are batches and broadcast.' },
  shape: ({ a, b }, options) => {
    checkDType('matmul', 'a', a.dtype, ['float32', 'float64'])
    if (a.dtype !== b.dtype)
      throw new DTypeError(`matmul: a is ${a.dtype} and b is ${b.dtype}; cast one of them`)
    const { batch, m, n } = dimsOf(a, b, options)
    return { output: { shape: [...batch, m, n], dtype: a.dtype } }
  },
  reference: ({ a, b }, options, { output }) => {
    const { batch, m, n, k } = dimsOf(a, b, options)
    const offsetsA = batchOffsets(a.shape.slice(0, -2), batch, m * k)
    const offsetsB = batchOffsets(b.shape.slice(0, -2), batch, k * n)
    for (let i = 0; i < offsetsA.length; i++) {
      const matrixA = a.data.subarray(offsetsA[i]!, offsetsA[i]! + m * k)
      const matrixB = b.data.subarray(offsetsB[i]!, offsetsB[i]! + k * n)
      const rows = options.transposeA ? packColumns(matrixA, k, m) : packRows(matrixA, m, k)
      const columns = options.transposeB ? packRows(matrixB, n, k) : packColumns(matrixB, k, n)
      multiplyRows(rows, columns, m, n, k, output.data, i * m * n)
    }
  },
  // For each way of storing the factors, the product that gives the gradient in that same storage.
  vjp: ({
    inputs: { a, b },
    options: { transposeA = false, transposeB = false },
    grads: { output: grad },
  }) => ({
    a: () =>
      sumTo(
        transposeA
          ? matmul(b, grad, { transposeA: transposeB, transposeB: true })
          : matmul(grad, b, { transposeB: !transposeB }),
        a.shape,
      ),
    b: () =>
      sumTo(
        transposeB
          ? matmul(grad, a, { transposeA: true, transposeB: transposeA })
          : matmul(a, grad, { transposeA: !transposeA }),
        b.shape,
      ),
  }),
  cost: ({ a }, { transposeA }, { output }) => ({
    flops: 2 * sizeOf(output.shape) * a.shape.at(transposeA ? -2 : -1)!,
  }),
  samples: (source) => [
    { name: 'plain', inputs: { a: source.normal([2, 3]), b: source.normal([3, 4]) }, options: {} },
    {
      name: 'a transposed',
      inputs: { a: source.normal([3, 2]), b: source.normal([3, 4]) },
      options: { transposeA: true },
    },
    {
      name: 'b transposed',
      inputs: { a: source.normal([2, 3]), b: source.normal([4, 3]) },
      options: { transposeB: true },
    },
    {
      name: 'both transposed',
      inputs: { a: source.normal([3, 2]), b: source.normal([4, 3]) },
      options: { transposeA: true, transposeB: true },
    },
    {
      name: 'batches broadcast',
      inputs: { a: source.normal([2, 1, 3, 2]), b: source.normal([3, 2, 4]) },
      options: {},
    },
  ],
})

/**
 * The matrix product. Shapes: `[…, M, K] x […, K, N]` → `[…, M, N]`, leading axes broadcast; with `transposeA`
 * the left is `[…, K, M]`, with `transposeB` the right is `[…, N, K]`, and nothing is copied for it. A vector on
 * the left is a row, on the right a column, and its axis is left out of the result.
 */
export function matmul<M extends number, K extends number, N extends number, D extends DType>(
  a: Tensor<readonly [M, K], D>,
  b: Tensor<readonly [NoInfer<K>, N], NoInfer<D>>,
): Tensor<readonly [M, N], D>
export function matmul<A extends Shape, B extends Shape, D extends DType, const O extends MatmulOptions>(
  a: Tensor<A, D>,
  b: Tensor<B, NoInfer<D>> & CheckMatmul<A, B, O>,
  options?: O,
): Tensor<MatmulShape<A, B, O>, D>
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  if (a.rank >= 2 && b.rank >= 2) return dispatch(matmulOp, { a, b }, { ...options }).output
  if (a.rank === 0 || b.rank === 0) {
    throw new ShapeError(
      `matmul: ${formatShape(a.shape)} x ${formatShape(b.shape)}: a scalar is not a matrix`,
    )
  }
  const left = a.rank === 1 ? reshape(a, [1, a.shape[0]!]) : a
  const right = b.rank === 1 ? reshape(b, [b.shape[0]!, 1]) : b
  const product = dispatch(
    matmulOp,
    { a: left as Tensor, b: right as Tensor },
    {
      transposeA: a.rank > 1 && options.transposeA,
      transposeB: b.rank > 1 && options.transposeB,
    },
  ).output
  const shape = product.shape.filter(
    (_, axis) => !(a.rank === 1 && axis === product.rank - 2) && !(b.rank === 1 && axis === product.rank - 1),
  )
  return reshape(product, shape)
}

function dimsOf(a: TensorSpec, b: TensorSpec, { transposeA = false, transposeB = false }: Options) {
  const [m, k] = matrixDims(a.shape, transposeA)
  const [rows, n] = matrixDims(b.shape, transposeB)
  if (k !== rows) {
    const left = formatShape(a.shape) + (transposeA ? ' transposed' : '')
    const right = formatShape(b.shape) + (transposeB ? ' transposed' : '')
    throw new ShapeError(`matmul: ${left} x ${right}: left has ${k} columns, right has ${rows} rows`)
  }
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), 'matmul')
  return { batch, m, n, k }
}

function matrixDims(shape: Shape, transposed: boolean): [rows: number, columns: number] {
  const rows = shape[shape.length - 2]!
  const columns = shape[shape.length - 1]!
  return transposed ? [columns, rows] : [rows, columns]
}

/** Where each matrix of the broadcast batch begins. */
function batchOffsets(own: Shape, batch: Shape, matrixSize: number): Int32Array {
  return broadcastIndices(own, batch).map((index) => index * matrixSize)
}
