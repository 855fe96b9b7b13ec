export {
  hasRunCheckpoint,
  loadRunCheckpoint,
  readRunSettings,
  saveRunCheckpoint,
} from './run-checkpoint.js'
