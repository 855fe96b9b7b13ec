export type { SafetensorsDType, TypedArray } from './dtype.js'
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
export { SafetensorsError } from './safetensors-error.js'
export { type WritableTensor, writeSafetensors } from './write.js'
