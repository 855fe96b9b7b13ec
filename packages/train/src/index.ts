export { type ApplyMethodOptions, applyMethod, type Trainable } from './apply-method.js'
export { TrainingError } from './errors.js'
export { methodGrammar, parseMethod, parseMethods, type TrainingMethod } from './method-grammar.js'
export { type AdapterConfigs, type AdapterMethodName, adapterMethods } from './methods.js'
export * from './metrics.js'
export {
  type BatchSource,
  type MicroBatch,
  type StepResult,
  Trainer,
  type TrainerOptions,
} from './trainer.js'
