import type { DType } from './dtype.js'
import type { Shape } from './shape.js'
import type { Tensor } from './tensor.js'

declare const shapeMismatch: unique symbol
/** What an argument must be when the shapes cannot fit: nothing is, so the editor shows the sentence. */
export interface ShapeMismatch<Message extends string> {
  readonly [shapeMismatch]: Message
}

/** `[2, ?, 3]`: a shape as text; a dim that types do not know is `?`. */
export type FormatShape<S extends Shape> = number extends S['length'] ? '[…]' : `[${JoinDims<S>}]`
type JoinDims<S extends Shape> = S extends readonly [infer Only extends number]
  ? FormatDim<Only>
  : S extends readonly [infer First extends number, ...infer Rest extends Shape]
    ? `${FormatDim<First>}, ${JoinDims<Rest>}`
    : ''
type FormatDim<N extends number> = number extends N ? '?' : `${N}`

/** Whether a dim is a literal, so that types can compare it. Names and `number` are checked at run time. */
type IsLiteral<N extends number> = number extends N ? false : `${N}` extends `${bigint}` ? true : false

/** Whether two dims are known to differ. */
export type Differ<A extends number, B extends number> =
  IsLiteral<A> extends true ? (IsLiteral<B> extends true ? ([A] extends [B] ? false : true) : false) : false

/** The dim of two that broadcast against each other; `never` when they are known not to. */
type BroadcastDim<A extends number, B extends number> = [A] extends [B]
  ? A
  : [A] extends [1]
    ? B
    : [B] extends [1]
      ? A
      : Differ<A, B> extends true
        ? never
        : IsLiteral<A> extends true
          ? A
          : IsLiteral<B> extends true
            ? B
            : number

/** The broadcast of two shapes aligned at the end; `never` when types know that it does not exist. */
export type Broadcast<A extends Shape, B extends Shape> = number extends A['length'] | B['length']
  ? Shape
  : BroadcastFromEnd<A, B, readonly []>
type BroadcastFromEnd<A extends Shape, B extends Shape, Done extends Shape> = A extends readonly []
  ? readonly [...B, ...Done]
  : B extends readonly []
    ? readonly [...A, ...Done]
    : [A, B] extends [
          readonly [...infer RestA extends Shape, infer LastA extends number],
          readonly [...infer RestB extends Shape, infer LastB extends number],
        ]
      ? [BroadcastDim<LastA, LastB>] extends [never]
        ? never
        : BroadcastFromEnd<RestA, RestB, readonly [BroadcastDim<LastA, LastB>, ...Done]>
      : never

/** `unknown` when the shapes broadcast, else a sentence. */
export type CheckBroadcast<Op extends string, A extends Shape, B extends Shape> = [Broadcast<A, B>] extends [
  never,
]
  ? ShapeMismatch<`${Op}: ${FormatShape<A>} and ${FormatShape<B>} do not broadcast`>
  : unknown

/** `unknown` when two dtypes can be equal, as far as types know; else a sentence. */
export type CheckDTypes<Op extends string, D extends DType, E extends DType> = [D & E] extends [never]
  ? ShapeMismatch<`${Op}: a is ${D} and b is ${E}; cast one of them`>
  : unknown

/** A tensor or a number that stands for a scalar of the other operand's dtype. */
export type Operand = Tensor | number

/** The call signatures of a binary elementwise op. Equal shapes unify first, also inside generic code. */
export interface ElementwiseBinary<Op extends string, Result extends DType | undefined = undefined> {
  <S extends Shape, D extends DType>(
    a: Tensor<S, D>,
    b: Tensor<NoInfer<S>, NoInfer<D>> | number,
  ): Tensor<S, Result extends DType ? Result : D>
  <S extends Shape, D extends DType>(a: number, b: Tensor<S, D>): Tensor<S, Result extends DType ? Result : D>
  <A extends Shape, B extends Shape, D extends DType, E extends DType>(
    a: Tensor<A, D>,
    b: Tensor<B, E> & CheckDTypes<Op, D, E> & CheckBroadcast<Op, A, B>,
  ): Tensor<Broadcast<A, B>, Result extends DType ? Result : D & E>
}

/** The call signature of a unary elementwise op. */
export type ElementwiseUnary = <S extends Shape, D extends DType>(x: Tensor<S, D>) => Tensor<S, D>

export interface MatmulOptions {
  readonly transposeA?: boolean
  readonly transposeB?: boolean
}

type Rows<S extends Shape, Transposed> = S extends readonly [
  ...Shape,
  infer R extends number,
  infer C extends number,
]
  ? Transposed extends true
    ? C
    : R
  : number
type Columns<S extends Shape, Transposed> = Rows<S, Transposed extends true ? false : true>
type TransposeA<O> = O extends { readonly transposeA: true } ? true : false
type TransposeB<O> = O extends { readonly transposeB: true } ? true : false

/** Whether both shapes are matrices or batches of them, as far as types know. */
type BothMatrices<A extends Shape, B extends Shape> = number extends A['length'] | B['length']
  ? false
  : A extends readonly [...Shape, number, number]
    ? B extends readonly [...Shape, number, number]
      ? true
      : false
    : false

/** `unknown` when the inner dims can agree, else the sentence that the run-time error says too. */
export type CheckMatmul<A extends Shape, B extends Shape, O> =
  BothMatrices<A, B> extends true
    ? Differ<Columns<A, TransposeA<O>>, Rows<B, TransposeB<O>>> extends true
      ? ShapeMismatch<`matmul: ${FormatShape<A>}${TransposeA<O> extends true ? ' transposed' : ''} x ${FormatShape<B>}${TransposeB<O> extends true ? ' transposed' : ''}: left has ${FormatDim<Columns<A, TransposeA<O>>>} columns, right has ${FormatDim<Rows<B, TransposeB<O>>>} rows`>
      : unknown
    : unknown

/** Shape of the product of two matrices; `Shape` for batches and for shapes that types do not know. */
export type MatmulShape<A extends Shape, B extends Shape, O> = [A, B] extends [
  readonly [number, number],
  readonly [number, number],
]
  ? readonly [Rows<A, TransposeA<O>>, Columns<B, TransposeB<O>>]
  : Shape

type LastDim<S extends Shape> = S extends readonly [...Shape, infer Last extends number] ? Last : number

/** `unknown` when the features can agree, else the sentence that the run-time error says too. */
export type CheckLinear<X extends Shape, W extends Shape> =
  Differ<LastDim<X>, LastDim<W>> extends true
    ? ShapeMismatch<`linear: x ${FormatShape<X>}, weight ${FormatShape<W>}: x has ${FormatDim<LastDim<X>>} features, weight takes ${FormatDim<LastDim<W>>}`>
    : unknown

/** `[…, in]` through a weight `[out, in]`: `[…, out]`; `Shape` where types do not know one of them. */
export type LinearShape<X extends Shape, W extends Shape> = [X, W] extends [
  readonly [...infer Batch extends Shape, number],
  readonly [infer Out extends number, number],
]
  ? readonly [...Batch, Out]
  : Shape
