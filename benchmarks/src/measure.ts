import type { RunTime } from './protocol.js'

/** One of several that do the same work. */
export interface Contestant {
  /** Runs at least so often and for at least so many milliseconds; gives the mean time of a run. */
  run(options: { repetitions: number; milliseconds: number }): Promise<RunTime>
}

export interface MeasureOptions {
  readonly rounds: number
  /** A round repeats a short run for about so long, so that the clock's steps do not matter. */
  readonly roundMilliseconds: number
  /** So long each contestant runs before the first round: engines compile well what has run often. */
  readonly warmUpMilliseconds: number
  /** No further round begins after so long; three are always taken. */
  readonly budgetMilliseconds: number
}

const fewestRounds = 3

/**
 * Times contestants in turn, round after round, each round beginning with the next one: what else the machine does
 * then falls on all of them. Gives the times of a run in each round, for each contestant.
 */
export async function measure(
  contestants: readonly Contestant[],
  { rounds, roundMilliseconds, warmUpMilliseconds, budgetMilliseconds }: MeasureOptions,
): Promise<RunTime[][]> {
  for (const contestant of contestants) {
    await contestant.run({ repetitions: 2, milliseconds: warmUpMilliseconds })
  }
  const times = contestants.map((): RunTime[] => [])
  const began = performance.now()
  for (let round = 0; round < rounds; round++) {
    if (round >= fewestRounds && performance.now() - began > budgetMilliseconds) break
    for (let turn = 0; turn < contestants.length; turn++) {
      const index = (round + turn) % contestants.length
      times[index]!.push(
        await contestants[index]!.run({
          repetitions: 1,
          milliseconds: roundMilliseconds,
        }),
      )
    }
  }
  return times
}

/** The value below which the fraction `at` of the numbers lies; of an even count's middle the upper one. */
export function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(at * sorted.length))]!
}
