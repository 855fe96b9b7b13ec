export {
  hasRunCheckpoint,
  loadRunCheckpoint,
  type RunIdentity,
  readRunSettings,
  saveRunCheckpoint,
} from './run-checkpoint.js'
