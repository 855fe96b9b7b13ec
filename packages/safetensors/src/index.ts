export type { DTypeArrays, SafetensorsDType, TypedArray } from './dtype.js'
export type { Header, TensorEntry } from './header.js'
export {
  type ByteSource,
  int32Of,
  type LazySafetensorsFile,
  openSafetensors,
  type ReadOptions,
  readSafetensors,
  type SafetensorsFile,
  type TensorData,
} from './read.js'
export { type Place, SafetensorsError } from './safetensors-error.js'
export { type Metadata, type NamedTensors, type WritableTensor, writeSafetensors } from './write.js'
