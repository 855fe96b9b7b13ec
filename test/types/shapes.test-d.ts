// Checked by `tsc -p .`: what types know of shapes and dtypes. Nothing here runs.
import {
  add,
  cast,
  type Dim,
  type DType,
  equal,
  exp,
  linear,
  matmul,
  mul,
  randn,
  reshape,
  type Shape,
  slice,
  type Tensor,
  tensor,
  zeros,
} from '@gyre/tensor'
import { expectTypeOf } from 'vitest'

declare const unknownShape: Tensor<Shape, 'float32'>
declare const unknownDType: Tensor<readonly [2]>
declare const size: number
declare const batch: Dim<'batch'>
declare const sequence: Dim<'sequence'>

// Creation keeps literals, and knows the dtype.
expectTypeOf(zeros([2, 3])).toEqualTypeOf<Tensor<readonly [2, 3], 'float32'>>()
expectTypeOf(zeros([2], { dtype: 'int32' })).toEqualTypeOf<Tensor<readonly [2], 'int32'>>()
expectTypeOf(zeros([size, 3])).toEqualTypeOf<Tensor<readonly [number, 3], 'float32'>>()
expectTypeOf(randn([4], { seed: 1 })).toEqualTypeOf<Tensor<readonly [4], 'float32'>>()
expectTypeOf(tensor([[1, 2]])).toEqualTypeOf<Tensor<Shape, 'float32'>>()
expectTypeOf(zeros([2]).dataSync()).toEqualTypeOf<Float32Array>()
expectTypeOf(zeros([2], { dtype: 'bool' }).data()).toEqualTypeOf<Promise<Uint8Array>>()

// Products: literals, transposes, names, dims that nobody knows, batches.
expectTypeOf(matmul(zeros([2, 3]), zeros([3, 4]))).toEqualTypeOf<Tensor<readonly [2, 4], 'float32'>>()
expectTypeOf(matmul(zeros([3, 2]), zeros([3, 4]), { transposeA: true })).toEqualTypeOf<
  Tensor<readonly [2, 4], 'float32'>
>()
expectTypeOf(matmul(zeros([2, 3]), zeros([4, 3]), { transposeB: true })).toEqualTypeOf<
  Tensor<readonly [2, 4], 'float32'>
>()
expectTypeOf(matmul(zeros([3, 2]), zeros([4, 3]), { transposeA: true, transposeB: true })).toEqualTypeOf<
  Tensor<readonly [2, 4], 'float32'>
>()
expectTypeOf(matmul(zeros([batch, 3]), zeros([3, 4]))).toEqualTypeOf<
  Tensor<readonly [Dim<'batch'>, 4], 'float32'>
>()
expectTypeOf(matmul(zeros([2, size]), zeros([3, 4]))).toEqualTypeOf<Tensor<readonly [2, 4], 'float32'>>()
expectTypeOf(matmul(unknownShape, zeros([3, 4]))).toEqualTypeOf<Tensor<Shape, 'float32'>>()
expectTypeOf(matmul(zeros([5, 2, 3]), zeros([3, 4]))).toEqualTypeOf<Tensor<Shape, 'float32'>>()

// Elementwise: equal shapes, broadcasting, numbers, comparisons.
expectTypeOf(add(zeros([2, 3]), zeros([2, 3]))).toEqualTypeOf<Tensor<readonly [2, 3], 'float32'>>()
expectTypeOf(add(zeros([2, 3]), zeros([3]))).toEqualTypeOf<Tensor<readonly [2, 3], 'float32'>>()
expectTypeOf(mul(zeros([4, 1]), zeros([2, 1, 3]))).toEqualTypeOf<Tensor<readonly [2, 4, 3], 'float32'>>()
expectTypeOf(add(zeros([batch, 3]), zeros([3]))).toEqualTypeOf<
  Tensor<readonly [Dim<'batch'>, 3], 'float32'>
>()
expectTypeOf(add(zeros([size, 3]), zeros([2, 1]))).toEqualTypeOf<Tensor<readonly [2, 3], 'float32'>>()
expectTypeOf(add(unknownShape, zeros([3]))).toEqualTypeOf<Tensor<Shape, 'float32'>>()
expectTypeOf(add(zeros([2]), 1)).toEqualTypeOf<Tensor<readonly [2], 'float32'>>()
expectTypeOf(mul(2, zeros([2], { dtype: 'float64' }))).toEqualTypeOf<Tensor<readonly [2], 'float64'>>()
expectTypeOf(exp(zeros([2, 3]))).toEqualTypeOf<Tensor<readonly [2, 3], 'float32'>>()
expectTypeOf(equal(zeros([2, 3]), zeros([3]))).toEqualTypeOf<Tensor<readonly [2, 3], 'bool'>>()
expectTypeOf(cast(zeros([2]), 'int32')).toEqualTypeOf<Tensor<readonly [2], 'int32'>>()

expectTypeOf(add(unknownDType, unknownShape)).toEqualTypeOf<Tensor<Shape, 'float32'>>()

// Linear layers, also over batches.
expectTypeOf(linear(zeros([2, 3]), zeros([4, 3]))).toEqualTypeOf<Tensor<readonly [2, 4], 'float32'>>()
expectTypeOf(linear(zeros([batch, sequence, 3]), zeros([4, 3]), zeros([4]))).toEqualTypeOf<
  Tensor<readonly [Dim<'batch'>, Dim<'sequence'>, 4], 'float32'>
>()
expectTypeOf(linear(unknownShape, zeros([4, 3]))).toEqualTypeOf<Tensor<Shape, 'float32'>>()

// A reshape to literals is known from there on; an inferred dim is a number.
expectTypeOf(reshape(unknownShape, [2, 3])).toEqualTypeOf<Tensor<readonly [2, 3], 'float32'>>()
expectTypeOf(reshape(zeros([2, 6]), [-1, 3])).toEqualTypeOf<Tensor<readonly [number, 3], 'float32'>>()
expectTypeOf(slice(zeros([4, 4]), [0, 0], [2, 3])).toEqualTypeOf<Tensor<readonly [2, 3], 'float32'>>()

// Generic code: dims and shapes unify, in the body and for the caller.
function twoLayers<B extends number, I extends number, H extends number, O extends number>(
  x: Tensor<readonly [B, I], 'float32'>,
  hidden: Tensor<readonly [H, I], 'float32'>,
  output: Tensor<readonly [H, O], 'float32'>,
): Tensor<readonly [B, O], 'float32'> {
  return matmul(exp(linear(x, hidden)), output)
}
expectTypeOf(twoLayers(zeros([batch, 3]), zeros([5, 3]), zeros([5, 7]))).toEqualTypeOf<
  Tensor<readonly [Dim<'batch'>, 7], 'float32'>
>()

function residual<S extends Shape, D extends DType>(x: Tensor<S, D>, branch: Tensor<S, D>): Tensor<S, D> {
  return add(x, mul(branch, 0.5))
}
expectTypeOf(residual(zeros([2, 3]), zeros([2, 3]))).toEqualTypeOf<Tensor<readonly [2, 3], 'float32'>>()

// A typed tensor goes wherever a plain one is taken.
expectTypeOf(zeros([2, 3])).toExtend<Tensor>()
expectTypeOf(zeros([2, 3])).toExtend<Tensor<readonly [number, number], 'float32'>>()
expectTypeOf(zeros([2, 3])).not.toExtend<Tensor<readonly [2, 4], 'float32'>>()
expectTypeOf(zeros([2, 3])).not.toExtend<Tensor<readonly [2, 3], 'float64'>>()
