import type { Run } from '../contract.js'
import { baseOf, dataOf, knownOf, methodOf, trainsWholeModel } from './run-words.js'

/** How a run's folder is called, without its ending as an archive: `moby-dick-bca-p-16`. */
export function folderName(run: Run): string {
  const data = dataOf(knownOf(run))
  const name = data?.kind === 'built-in' ? data.name : data?.fileName
  const words = [name?.replace(/\.[^.]*$/, ''), methodOf(run)].filter(Boolean).join('-')
  const plain = words.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '')
  return plain.slice(0, 80) || 'adapter'
}

/** Whether a run's folder is a model by itself, not an adapter that needs its base. */
export function isWholeModel(run: Run): boolean {
  return trainsWholeModel(methodOf(run))
}

/** What to type in a clone of the repository, where the archives were unpacked, to measure a run in Node. */
export function evaluateCommand(run: Run): string {
  const folder = folderName(run)
  const model = isWholeModel(run)
    ? ['--model', folder]
    : ['--model', baseOf(knownOf(run)) ?? 'BASE', '--adapter', folder]
  return ['npm run gyre -- evaluate', ...model, ...taskOptions(run)].join(' ')
}

/** What to type to try it. */
export function tryCommand(run: Run): string | undefined {
  if (baseOf(knownOf(run)) !== 'decoder') return undefined
  const folder = folderName(run)
  const model = isWholeModel(run) ? `--model ${folder}` : `--model decoder --adapter ${folder}`
  return `npm run gyre -- generate ${model} --prompt "The whale"`
}

function taskOptions(run: Run): string[] {
  const known = knownOf(run)
  const data = dataOf(known)
  if (data?.kind === 'built-in')
    return data.name === 'era' ? ['--task', 'era'] : ['--task', 'lm', '--data', data.name]
  if (data?.kind === 'text') return ['--task', 'lm', '--data', shellWord(data.fileName)]
  // The folder keeps the columns.
  if (data?.kind === 'table') return ['--task', 'classify', '--data', shellWord(data.fileName)]
  return [...(known.facts?.loaded?.record ? [] : ['--task', 'TASK']), '--data', 'FILE']
}

/** A file's name as a shell takes it. */
function shellWord(name: string): string {
  return /^[\w.+-]+$/.test(name) && !name.startsWith('-') ? name : `'./${name.replaceAll("'", "'\\''")}'`
}
