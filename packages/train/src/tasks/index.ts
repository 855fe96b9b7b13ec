export { checkHead, checkKind, checkSequenceLength, checkVocabulary } from './check-fit.js'
export { eraParts } from './era-parts.js'
export { labelledBatches } from './labelled-batches.js'
export { formatMeasures, measureTask } from './measure-task.js'
export type { Parts, Portion } from './portion.js'
export { encodeAnswer, promptBatches } from './prompt-batches.js'
export { formatRunRecord, parseRunRecord, type RunRecord, runRecordFile } from './run-record.js'
export {
  headFor,
  paddingOf,
  type Task,
  type TaskBatches,
  type TaskEncoding,
  type TaskKind,
  type TaskOptions,
  taskKinds,
} from './task.js'
export { textBatches } from './text-batches.js'
