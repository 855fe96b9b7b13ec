export { hasRunCheckpoint, loadRunCheckpoint, type RunIdentity, saveRunCheckpoint } from './run-checkpoint.js'
