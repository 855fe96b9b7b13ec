import type { RunSettings } from '../contract.js'
import { nameData } from '../runs/run-words.js'
import type { RunSnapshot } from './run-snapshot.js'

/** What may tell two runs of one method apart, in the order in which it is looked for. */
const details: readonly ((settings: RunSettings) => string)[] = [
  ({ learningRate }) => `rate ${learningRate}`,
  ({ data }) => nameData(data),
  ({ targets }) => targets.join(', '),
  ({ steps }) => `${steps} steps`,
  ({ batchSize, sequenceLength }) => `${batchSize} × ${sequenceLength} tokens`,
  ({ seed }) => `seed ${seed}`,
  ({ backend }) => (backend.name === 'wasm' ? `wasm on ${backend.threads}` : backend.name),
]

/** Short names that differ: the method, then what tells it from others of that name; at last, which of them it is. */
export function nameRuns(snapshots: readonly RunSnapshot[]): string[] {
  let names = snapshots.map(({ method }) => method)
  for (const detail of details) {
    const texts = snapshots.map(({ settings }) => (settings ? detail(settings) : 'from files'))
    names = names.map((name, i) => {
      const rivals = texts.filter((_, k) => names[k] === name)
      return new Set(rivals).size > 1 && !name.endsWith('from files') ? `${name}, ${texts[i]}` : name
    })
  }
  return names.map((name, i) => {
    const before = names.slice(0, i).filter((other) => other === name).length
    return names.filter((other) => other === name).length > 1 ? `${name} (${before + 1})` : name
  })
}
