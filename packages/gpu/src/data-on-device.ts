import { allocateData, type Data, type DType, sizeOf, type TensorSpec } from '@gyre/tensor'
import type { ElementType } from './program/step.js'

/** The dtypes that live on a GPU: WGSL has no float64. */
export const gpuDTypes = ['float32', 'int32', 'bool', 'complex64'] as const satisfies readonly DType[]
export type GpuDType = (typeof gpuDTypes)[number]

const elementTypes: { readonly [D in GpuDType]: ElementType } = {
  float32: 'f32',
  int32: 'i32',
  bool: 'u32',
  complex64: 'vec2<f32>',
}

export function isOnGpu(dtype: DType): dtype is GpuDType {
  return dtype in elementTypes
}

/** What WGSL calls an element; a bool is a whole word there, since no invocation can write a byte alone. */
export function elementType(dtype: DType): ElementType {
  return elementTypes[dtype as GpuDType]
}

/** Bytes that a tensor's numbers have on the device; other dtypes, which only wait there, have none. */
export function bytesOnDevice({ shape, dtype }: TensorSpec): number {
  return sizeOf(shape) * (dtype === 'complex64' ? 8 : 4)
}

/** Numbers as the device has them. */
export function toDevice(dtype: DType, data: Data): Data | Uint32Array {
  return dtype === 'bool' ? Uint32Array.from(data) : data
}

/** Numbers that came from the device, which are copied. */
export function fromDevice(spec: TensorSpec, bytes: ArrayBuffer, offset: number): Data {
  const data = allocateData(spec.dtype, sizeOf(spec.shape))
  if (spec.dtype === 'bool') data.set(new Uint32Array(bytes, offset, data.length))
  else data.set(new (data.constructor as Float32ArrayConstructor)(bytes, offset, data.length))
  return data
}
