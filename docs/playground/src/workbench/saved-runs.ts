import { createStore, delMany, getMany, keys, set, setMany, type UseStore } from 'idb-keyval'
import type { RunSettings, SavedRun } from './contract.js'
import type { RunStore, SavedState } from './worker/surroundings.js'

// Runs in the browser's database. What a run is, which may hold a visitor's text, is written once; what changes, and
// only the step of which is needed for a list, is written apart.

let opened: UseStore | undefined
/** Opened when it is needed: where there is no database, a run says so and goes on. */
const database = (): UseStore => (opened ??= createStore('gyre-workbench', 'runs'))

const settingsKey = (id: string): string => `${id}/settings`
const stepKey = (id: string): string => `${id}/step`
const stateKey = (id: string): string => `${id}/state`

export const runStore: RunStore = {
  begin: async (id, settings) => set(settingsKey(id), settings, database()),
  save: async (id, state) =>
    setMany(
      [
        [stepKey(id), state.step],
        [stateKey(id), state],
      ],
      database(),
    ),
  read: async (id) => {
    const [state] = await getMany<SavedState>([stateKey(id)], database())
    return state
  },
}

/** The step that a run would go on from; undefined where nothing of it is saved. */
export async function savedStepOf(id: string): Promise<number | undefined> {
  const [step] = await getMany<number>([stepKey(id)], database())
  return step
}

/** Runs that no page has open, the oldest first. */
export async function savedRuns(): Promise<SavedRun[]> {
  const suffix = settingsKey('')
  const [open, all] = await Promise.all([openRuns(), keys<string>(database())])
  const ids = all
    .filter((key) => key.endsWith(suffix))
    .map((key) => key.slice(0, -suffix.length))
    .filter((id) => !open.has(id))
    .sort()
  const settings = await getMany<RunSettings>(ids.map(settingsKey), database())
  const steps = await getMany<number>(ids.map(stepKey), database())
  return ids.map((id, i) => ({ id, settings: settings[i]!, step: steps[i] ?? 0 }))
}

export async function forgetRun(id: string): Promise<void> {
  await delMany([settingsKey(id), stepKey(id), stateKey(id)], database())
}

/** The lock that a page holds on a run that it has open; the browser gives it back when the page is gone. */
const lockName = (id: string): string => `gyre-run/${id}`

/** Keeps other pages from going on with a run; gives what ends that. Without locks, in an insecure page, nothing does. */
export function holdRun(id: string): () => void {
  let release = (): void => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  // Undefined in pages that are not from a secure context, whatever the types say.
  const { locks } = navigator as { readonly locks?: LockManager }
  locks?.request(lockName(id), () => released).catch(() => {})
  return release
}

async function openRuns(): Promise<ReadonlySet<string>> {
  const { locks } = navigator as { readonly locks?: LockManager }
  const prefix = lockName('')
  const { held = [] } = (await locks?.query()) ?? {}
  return new Set(held.flatMap(({ name }) => (name?.startsWith(prefix) ? [name.slice(prefix.length)] : [])))
}
