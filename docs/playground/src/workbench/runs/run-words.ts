import { meanOf, median } from '@gyre/report'
import { capitalized } from '../../interface/capitalized.js'
import type {
  BaseName,
  Run,
  RunBackend,
  RunData,
  RunFacts,
  RunSettings,
  RunStatus,
  RunStep,
} from '../contract.js'

/** What a run's state is in words; read aloud whenever it changes, so the step is not a part of it. */
export const statusWords: { readonly [Status in RunStatus]: string } = {
  preparing: 'Preparing',
  training: 'Training',
  paused: 'Paused',
  measuring: 'Measuring',
  finished: 'Finished',
  failed: 'Stopped',
}

export function nameData(data: RunData): string {
  if (data.kind !== 'built-in') return data.fileName
  return { 'moby-dick': 'Moby-Dick', speeches: 'speeches', era: 'era of a speech' }[data.name]
}

/** What says what a run is: its settings, or where an adapter was loaded what its files tell. */
export interface KnownOfRun {
  readonly settings: RunSettings | undefined
  readonly facts: RunFacts | undefined
}

export function knownOf({ settings, facts }: Run): KnownOfRun {
  return { settings: settings.value, facts: facts.value }
}

/** As the command line takes it; undefined of an adapter's files until they are read. */
export function methodTextOf({ settings, facts }: KnownOfRun): string | undefined {
  return settings?.method ?? facts?.loaded?.method
}

/** What was trained, or loaded, in words. */
export function methodOf(run: Run): string {
  return methodTextOf(knownOf(run)) ?? 'an adapter'
}

/** The base model of a run; undefined as long as nobody knows. */
export function baseOf({ settings, facts }: KnownOfRun): BaseName | undefined {
  return settings?.base ?? facts?.loaded?.base
}

/** What a run was trained on; undefined for a loaded adapter that does not say. */
export function dataOf({ settings, facts }: KnownOfRun): RunData | undefined {
  const loaded = facts?.loaded?.data
  return settings?.data ?? (loaded && { kind: 'built-in', name: loaded })
}

/** The same in words. */
export function dataNameOf(known: KnownOfRun): string | undefined {
  const data = dataOf(known)
  return data && nameData(data)
}

/** What a run is about, beside its method. */
export function aboutOf(run: Run): string {
  const known = knownOf(run)
  const data = dataNameOf(known)
  if (known.settings) return `${data}, ${targetWords(known.settings)}`
  const base = baseOf(known)
  if (base === undefined) return 'from files'
  return `from files, for the ${base}${data ? `, trained on ${data}` : ''}`
}

/** Whether a method trains a model by itself, not an adapter that needs its base. */
export function trainsWholeModel(method: string): boolean {
  return /^(full|head)(:|$)/.test(method)
}

/** Which layers get an adapter. */
export function targetWords({ method, targets }: Pick<RunSettings, 'method' | 'targets'>): string {
  if (trainsWholeModel(method)) return 'no adapter'
  return targets.length === 1 && targets[0] === 'all-linear' ? 'all linear layers' : targets.join(', ')
}

/** `Training, step 34 of 200`; what it is busy with where that is something else. */
export function progressWords(run: Run): string {
  const status = run.status.value
  const [doing, total] = [run.doing.value, run.settings.value?.steps]
  const step = run.steps.value.at(-1)?.step ?? 0
  if (status === 'finished') return total === undefined ? 'Ready' : `Finished after ${total} steps`
  const words = doing === undefined ? statusWords[status] : capitalized(doing)
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

/** The most that the backend had after a step; 0 for one that has no memory of its own. */
export function mostBackendBytes(steps: readonly RunStep[]): number {
  return steps.reduce((most, { backendBytes }) => Math.max(most, backendBytes), 0)
}

/** The mean of the last steps: a single one says little. */
export function recentLoss(steps: readonly RunStep[]): number | undefined {
  const recent = steps.slice(-recentSteps)
  return recent.length === 0 ? undefined : meanOf(recent.map(({ loss }) => loss))
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
