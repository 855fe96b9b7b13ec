import { relativeDifference } from './agreement.js'
import type { Child } from './child.js'
import { type MeasureOptions, measure, quantile } from './measure.js'
import type { Participant } from './participant.js'
import type { Case } from './task.js'

/** A line of the results. */
export interface Row {
  readonly suite: string
  readonly case: string
  readonly system: string
  readonly threads: number
  readonly msMedian: number
  readonly msMin: number
  /** Processor time, of all threads: it does not count what else the machine did. The minimum. */
  readonly msCpu?: number
  /** The first run: tracing, planning and the first touch of memory besides. */
  readonly msFirst?: number
  readonly rounds?: number
  /** To Gyre with as many threads, of the minima; and the quartiles of the ratios within each round. */
  readonly ratio?: number
  readonly ratioLow?: number
  readonly ratioHigh?: number
  /** 10⁹ operations a second, at the minimum. */
  readonly gflops?: number
  /** Only where the floor is known. */
  readonly timesFloor?: number
  /** On a GPU: to Gyre's on it in Node, of the minima. */
  readonly timesGyreGpu?: number
  /** 10⁹ bytes a second, of those that a run has to read and write. */
  readonly gigabytesPerSecond?: number
  /** Of the adapter's peak, where that is known: 0 to 1. */
  readonly shareOfFlops?: number
  readonly shareOfBandwidth?: number
  /** Megabytes at the end; `growth` is that of `rss` since a tenth of the steps. Other counts are the system's. */
  readonly memory?: { readonly [what: string]: number }
}

/** Prepares a case in every process, holds the results against each other, and times those that agree. */
export async function runCase(
  suite: string,
  { name, task, tolerance, flops, matmulFlops, inARow = 1, unitsPerRun = 1 }: Case,
  children: readonly Child[],
  options: MeasureOptions,
  complain: (problem: string) => void,
): Promise<Row[]> {
  let expected: { readonly sample: readonly number[]; readonly system: string } | undefined
  const agreeing: { readonly child: Child; readonly firstMilliseconds: number | undefined }[] = []
  for (const child of children) {
    const { system } = child.participant
    try {
      const { sample, remark, firstMilliseconds } = await child.ask({ call: 'prepare', task })
      if (remark) process.stderr.write(`${name}: ${system}: ${remark}\n`)
      if (!sample) continue
      expected ??= { sample, system }
      const difference = relativeDifference(sample, expected.sample)
      // Written so that NaN fails.
      if (difference <= tolerance) agreeing.push({ child, firstMilliseconds })
      else
        complain(
          `${name}: ${system} and ${expected.system} differ by ${difference} of the result's size; not timed`,
        )
    } catch (error) {
      // Only the first line: a stack is the process's own business.
      complain(`${name}: ${(error as Error).message.split('\n')[0]}`)
    }
  }
  const contestants = agreeing.map(({ child }) => ({
    run: (amount: { repetitions: number; milliseconds: number }) =>
      child.ask({ call: 'run', ...amount, inARow }),
  }))
  const times = await measure(contestants, options)
  const counted = flops ?? matmulFlops
  const participants = agreeing.map(({ child }) => child.participant)
  return agreeing.map(({ firstMilliseconds }, index): Row => {
    const { system, threads } = participants[index]!
    const own = times[index]!.map(({ milliseconds }) => milliseconds)
    const reference = times[referenceOf(participants, threads)]!.map(({ milliseconds }) => milliseconds)
    const ratios = own.map((time, round) => time / reference[round]!)
    const fastest = Math.min(...own)
    const cpu = fewestOf(times[index]!.map(({ cpuMilliseconds }) => cpuMilliseconds))
    return {
      suite,
      case: name,
      system,
      threads,
      msMedian: quantile(own, 0.5) / unitsPerRun,
      msMin: fastest / unitsPerRun,
      ...(cpu === undefined ? {} : { msCpu: cpu / unitsPerRun }),
      ...(firstMilliseconds === undefined ? {} : { msFirst: firstMilliseconds }),
      rounds: own.length,
      ratio: fastest / Math.min(...reference),
      ratioLow: quantile(ratios, 0.25),
      ratioHigh: quantile(ratios, 0.75),
      ...(counted === undefined ? {} : { gflops: counted / fastest / 1e6 }),
    }
  })
}

/** The smallest; undefined where some are not known. */
function fewestOf(numbers: readonly (number | undefined)[]): number | undefined {
  const smallest = Math.min(...numbers.map((number) => number ?? Number.NaN))
  return Number.isNaN(smallest) ? undefined : smallest
}

/** Gyre with as many threads; otherwise the first one. */
function referenceOf(participants: readonly Participant[], threads: number): number {
  const index = participants.findIndex((own) => own.system === 'gyre' && own.threads === threads)
  return Math.max(index, 0)
}
