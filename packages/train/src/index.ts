export { adapterFlopsPerToken } from './adapter-flops.js'
export { type ApplyMethodOptions, applyMethod, type Trainable } from './apply-method.js'
export {
  chooseBlockSizesFor,
  type GradientOptions,
  gradientSteps,
  provisionalBlockSizes,
  siteGradients,
} from './choose-block-sizes.js'
export { CirculantNetwork, type NetworkSize } from './circulant-network.js'
export { type DecidedMethod, decideMethod } from './decide-method.js'
export { DivergenceError, TrainingError } from './errors.js'
export {
  bitsPerCharacter,
  type Classified,
  classify,
  evaluateLanguageModel,
  type MetricName,
  measure,
} from './evaluate.js'
export {
  type AutomaticMethod,
  leavesBlockSizesOpen,
  type MethodText,
  methodGrammar,
  methodOptions,
  parseMethod,
  parseMethods,
  parseRunMethod,
  readMethodText,
  type TrainingMethod,
  trainingMethodNames,
} from './method-grammar.js'
export { blockSizesOf, commonBlockSizes, countTrained, withinBudget, withSize } from './method-sizes.js'
export { type AdapterConfigs, type AdapterMethodName, adapterMethods } from './methods.js'
export * from './metrics.js'
export { type PretrainingOptions, pretraining, pretrainingBatches } from './pretrain.js'
export { type RunOptions, runTraining } from './run.js'
export { captureRun, type FoundRun, type RunIdentity, type RunState, restoreRun } from './run-state.js'
export * from './tasks/index.js'
export { TeacherStudent, type TeacherStudentSettings } from './teacher-student.js'
export { toInputs, toMicroBatch } from './token-inputs.js'
export {
  type BatchSource,
  type MicroBatch,
  type StepResult,
  Trainer,
  type TrainerOptions,
} from './trainer.js'
export {
  recordTrainingCurve,
  type TrainingCurve,
  type TrainingCurveOptions,
  type TrainingPoint,
  trainingPoints,
} from './training-curve.js'
