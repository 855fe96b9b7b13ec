import type { BaseName, Run } from '../contract.js'
import { methodOf } from './run-words.js'

/** How a run's folder is called, without its ending as an archive: `moby-dick-bca-p-16`. */
export function folderName(run: Run): string {
  const data = run.settings.value?.data
  const name =
    data === undefined ? run.facts.value?.loaded?.data : data.kind === 'built-in' ? data.name : data.fileName
  const words = [name?.replace(/\.[^.]*$/, ''), methodOf(run)].filter(Boolean).join('-')
  const plain = words.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '')
  return plain.slice(0, 80) || 'adapter'
}

/** The base that a run's adapter fits; undefined as long as nobody knows. */
export function baseOf({ settings, facts }: Run): BaseName | undefined {
  return settings.value?.base ?? facts.value?.loaded?.base
}

/** Whether a run's folder is a model by itself, not an adapter that needs its base. */
export function isWholeModel(run: Run): boolean {
  return /^(full|head)(:|$)/.test(methodOf(run))
}

/** What to type in a clone of the repository, where the archives were unpacked, to measure a run in Node. */
export function evaluateCommand(run: Run): string {
  const folder = folderName(run)
  const model = isWholeModel(run)
    ? ['--model', folder]
    : ['--model', baseOf(run) ?? 'BASE', '--adapter', folder]
  return ['npm run gyre -- evaluate', ...model, ...taskOptions(run)].join(' ')
}

/** What to type to try it. */
export function tryCommand(run: Run): string | undefined {
  if (baseOf(run) !== 'decoder') return undefined
  const folder = folderName(run)
  const model = isWholeModel(run) ? `--model ${folder}` : `--model decoder --adapter ${folder}`
  return `npm run gyre -- generate ${model} --prompt "The whale"`
}

function taskOptions({ settings, facts }: Run): string[] {
  const data = settings.value?.data
  const loaded = facts.value?.loaded
  const name = data?.kind === 'built-in' ? data.name : loaded?.data
  if (name === 'era') return ['--task', 'era']
  if (name !== undefined) return ['--task', 'lm', '--data', name]
  if (data?.kind === 'text') return ['--task', 'lm', '--data', shellWord(data.fileName)]
  // The folder keeps the columns.
  if (data?.kind === 'table') return ['--task', 'classify', '--data', shellWord(data.fileName)]
  return [...(loaded?.record ? [] : ['--task', 'TASK']), '--data', 'FILE']
}

/** A file's name as a shell takes it. */
function shellWord(name: string): string {
  return /^[\w.+-]+$/.test(name) && !name.startsWith('-') ? name : `'./${name.replaceAll("'", "'\\''")}'`
}
