import { Child } from './child.js'
import { quantile } from './measure.js'
import type { Participant } from './participant.js'
import type { Row } from './run-case.js'
import type { Case } from './task.js'

/**
 * Runs a case many times in processes of their own, which hold nothing else and let memory go as they would
 * anywhere, and asks for their memory early and at the end.
 */
export async function runMemory(
  suite: string,
  { name, task }: Case,
  participants: readonly Participant[],
  { steps }: { readonly steps: number },
): Promise<Row[]> {
  const rows: Row[] = []
  for (const participant of participants) {
    const child = new Child(participant, { env: participant.env })
    try {
      const { sample } = await child.ask({ call: 'prepare', task })
      if (!sample) continue
      const times: number[] = []
      const tenth = async () => {
        const amount = { repetitions: Math.ceil(steps / 10), milliseconds: 0 }
        times.push((await child.ask({ call: 'run', ...amount })).milliseconds)
      }
      await tenth()
      const early = (await child.ask({ call: 'memory' })).memory
      while (times.length < 10) await tenth()
      const late = (await child.ask({ call: 'memory' })).memory
      rows.push({
        suite,
        case: name,
        system: participant.system,
        threads: participant.threads,
        msMedian: quantile(times, 0.5),
        msMin: Math.min(...times),
        memory: { ...late, growth: late.rss! - early.rss! },
      })
    } finally {
      child.end()
    }
  }
  return rows
}
