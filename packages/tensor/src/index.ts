export * from './backend.js'
export { broadcastIndices } from './broadcast-indices.js'
export * from './catalogue.js'
export * from './create.js'
export * from './dtype.js'
export { eager, lazyTensor, storedOn, storedTensor } from './eager.js'
export * from './elementwise.js'
export * from './errors.js'
export * from './identity.js'
export { indexError } from './indices.js'
export {
  dispatch,
  type Interpreter,
  isRunEagerly,
  mapTensors,
  nextLevel,
  tensorsOf,
  withLowestInterpreter,
} from './interpreter.js'
export { jsBackend, runReference } from './js-backend.js'
export * from './kernel-table.js'
export * from './name-scope.js'
export * from './op.js'
export * from './ops/index.js'
export * from './parameter.js'
export * from './record.js'
export { axisGroups, type ReductionOptions } from './reduction.js'
export { Rng } from './rng.js'
export { SampleSource } from './samples.js'
export { keep, recordingScope, scope } from './scope.js'
export * from './shape.js'
export type * from './shape-types.js'
export { Tensor, type TensorSpec } from './tensor.js'
export { threefry2x32, uniformOf } from './threefry.js'
