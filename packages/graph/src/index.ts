export { type Compiled, type CompiledProgram, compile } from './compile.js'
export {
  cost,
  costToJson,
  costWithin,
  type GraphCost,
  type Resident,
  type Work,
  withDescendants,
} from './cost.js'
export * from './graph.js'
export { lifetimes, overwritten, type StorageId, storages } from './memory.js'
export { type Interval, placeIntervals } from './placement.js'
export * from './runner.js'
export type { SpecsOf } from './tensor-tree.js'
export { trace } from './trace.js'
