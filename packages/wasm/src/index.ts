export { WasmBackend, type WasmStatus } from './backend.js'
export type { Variant } from './engine/features.js'
export { type WasmOptions, wasm } from './wasm.js'
