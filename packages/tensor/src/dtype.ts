import { DTypeError } from './errors.js'

/** Complex numbers are stored interleaved: re, im, re, im, … */
export type DType = 'float32' | 'float64' | 'int32' | 'bool' | 'complex64' | 'complex128'
export type FloatDType = 'float32' | 'float64'
export type ComplexDType = 'complex64' | 'complex128'

/** The typed array that holds a tensor of the dtype. */
export interface DataOf {
  float32: Float32Array
  float64: Float64Array
  int32: Int32Array
  bool: Uint8Array
  complex64: Float32Array
  complex128: Float64Array
}
export type Data = DataOf[DType]

/** The complex dtype whose parts have the given precision, and back. */
export interface ComplexOf {
  float32: 'complex64'
  float64: 'complex128'
}
export interface RealOf {
  complex64: 'float32'
  complex128: 'float64'
}

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  bool: Uint8Array,
  complex64: Float32Array,
  complex128: Float64Array,
} satisfies {
  [D in DType]: {
    new (length: number): DataOf[D]
    new (buffer: ArrayBuffer, byteOffset: number, length: number): DataOf[D]
  }
}

const bytesPerElement: { readonly [D in DType]: number } = {
  float32: 4,
  float64: 8,
  int32: 4,
  bool: 1,
  complex64: 8,
  complex128: 16,
}

/** Bytes of one element; a complex element counts both of its parts. */
export function bytesOf(dtype: DType): number {
  return bytesPerElement[dtype]
}

/** A zeroed typed array for `size` elements. */
export function allocateData(dtype: DType, size: number): Data {
  return new arrays[dtype](isComplex(dtype) ? 2 * size : size)
}

/** The numbers of `size` elements that lie in a buffer, as an array over the buffer itself. */
export function dataOver(dtype: DType, size: number, buffer: ArrayBufferLike, byteOffset: number): Data {
  return new arrays[dtype](buffer as ArrayBuffer, byteOffset, isComplex(dtype) ? 2 * size : size)
}

/** Whether `data` is the kind of typed array that holds `dtype`. */
export function holds(data: Data, dtype: DType): boolean {
  return data instanceof arrays[dtype]
}

export function isComplex(dtype: DType): dtype is ComplexDType {
  return dtype === 'complex64' || dtype === 'complex128'
}

export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype === 'float32' || dtype === 'float64'
}

/** Whether a gradient can flow through values of this dtype. */
export function isDifferentiable(dtype: DType): boolean {
  return isFloat(dtype) || isComplex(dtype)
}

export function complexOf(dtype: DType): ComplexDType {
  if (dtype === 'float32' || dtype === 'complex64') return 'complex64'
  if (dtype === 'float64' || dtype === 'complex128') return 'complex128'
  throw new DTypeError(`there is no complex dtype with parts of dtype ${dtype}`)
}

export function realOf(dtype: DType): DType {
  return dtype === 'complex64' ? 'float32' : dtype === 'complex128' ? 'float64' : dtype
}
