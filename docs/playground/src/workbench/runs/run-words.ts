import { median } from '@gyre/report'
import type { Run, RunBackend, RunData, RunFacts, RunSettings, RunStatus, RunStep } from '../contract.js'

/** What a run's state is in words; read aloud whenever it changes, so the step is not a part of it. */
export const statusWords: { readonly [Status in RunStatus]: string } = {
  preparing: 'Preparing',
  training: 'Training',
  paused: 'Paused',
  measuring: 'Measuring',
  finished: 'Finished',
  failed: 'Stopped',
}

/** What was trained, or loaded, as text. */
export function methodOf({ settings, facts }: Run): string {
  return settings.value?.method ?? facts.value?.loaded?.method ?? 'an adapter'
}

export function nameData(data: RunData): string {
  if (data.kind !== 'built-in') return data.fileName
  return { 'moby-dick': 'Moby-Dick', speeches: 'speeches', era: 'era of a speech' }[data.name]
}

/** What a run is about, beside its method. */
export function aboutOf({ settings, facts }: Run): string {
  const [chosen, loaded] = [settings.value, facts.value?.loaded]
  if (chosen) return `${nameData(chosen.data)}, ${targetWords(chosen)}`
  if (loaded === undefined) return 'from files'
  const data = loaded.data && nameData({ kind: 'built-in', name: loaded.data })
  return `from files, for the ${loaded.base}${data ? `, trained on ${data}` : ''}`
}

/** Which layers get an adapter. */
export function targetWords({ method, targets }: Pick<RunSettings, 'method' | 'targets'>): string {
  if (/^(full|head)\b/.test(method)) return 'no adapter'
  return targets.length === 1 && targets[0] === 'all-linear' ? 'all linear layers' : targets.join(', ')
}

/** `Training, step 34 of 200`; what it is busy with where that is something else. */
export function progressWords(run: Run): string {
  const status = run.status.value
  const [doing, total] = [run.doing.value, run.settings.value?.steps]
  const step = run.steps.value.at(-1)?.step ?? 0
  if (status === 'finished') return total === undefined ? 'Ready' : `Finished after ${total} steps`
  const words = doing === undefined ? statusWords[status] : doing[0]!.toUpperCase() + doing.slice(1)
  return total === undefined || step === 0 ? words : `${words}, step ${step} of ${total}`
}

const recentSteps = 10

/** Over how many steps a speed is the median. */
const timedSteps = 20

/** Milliseconds of a step, the median of the last ones; undefined before the first. */
export function stepMilliseconds(steps: readonly RunStep[]): number | undefined {
  if (steps.length === 0) return undefined
  return median(steps.slice(-timedSteps).map(({ milliseconds }) => milliseconds))
}

/** The median of the last steps; undefined before the first. */
export function tokensPerSecond(steps: readonly RunStep[]): number | undefined {
  if (steps.length === 0) return undefined
  return median(steps.slice(-timedSteps).map(({ tokens, milliseconds }) => (1000 * tokens) / milliseconds))
}

/** The mean of the last steps: a single one says little. */
export function recentLoss(steps: readonly RunStep[]): number | undefined {
  const recent = steps.slice(-recentSteps)
  return recent.length === 0 ? undefined : recent.reduce((sum, { loss }) => sum + loss, 0) / recent.length
}

const measureWords: { readonly [measure: string]: string } = {
  loss: 'loss per token',
  bitsPerCharacter: 'bits per character',
  accuracy: 'accuracy',
  matthews: "Matthews' correlation",
}

/** How a measure is called on the page. */
export function measureName(measure: string): string {
  return measureWords[measure] ?? measure
}

/** What a run was asked to be computed on; undefined where files tell nothing of it. */
export function backendOf({ settings }: Run): RunBackend | undefined {
  return settings.value?.backend
}

/** What of a run its visitor should know: why it is not on the backend that was asked for, what was left out. */
export function remarksOf(facts: RunFacts | undefined, remarks: readonly string[]): readonly string[] {
  return [...(facts?.backendRemarks ?? []), ...(facts?.dataRemarks ?? []), ...remarks]
}
