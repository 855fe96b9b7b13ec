/** One of several ways to do the same work. */
export interface Contestant {
  readonly name: string
  readonly run: () => void | Promise<void>
  /** FLOPs of one run by the conventions of docs/cost-model.md. */
  readonly flops: number
}

export interface Measurement {
  /** The work: `n = 64, 1,024 rows`. */
  readonly work: string
  readonly name: string
  readonly flops: number
  /** Milliseconds of one run. */
  readonly minimum: number
  readonly median: number
  readonly rounds: number
}

export interface MeasureOptions {
  readonly rounds: number
  /** A round repeats each run until it takes about so long, so that the clock's steps do not matter. */
  readonly roundMilliseconds: number
}

/**
 * Times contestants in turn, round after round, each round beginning with the next one: what else the machine does
 * then falls on all of them. The minimum is what the code can do; the median shows how far from it the machine was.
 */
export async function measure(
  work: string,
  contestants: readonly Contestant[],
  { rounds, roundMilliseconds }: MeasureOptions,
): Promise<Measurement[]> {
  const repeats: number[] = []
  for (const { run } of contestants) {
    await timed(run, 1) // compiles, and fills caches
    const once = await timed(run, 1)
    repeats.push(Math.max(1, Math.ceil(roundMilliseconds / once)))
  }
  const times = contestants.map((): number[] => [])
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const index = (round + turn) % contestants.length
      const count = repeats[index]!
      times[index]!.push((await timed(contestants[index]!.run, count)) / count)
    }
  }
  return contestants.map(({ name, flops }, index) => {
    const sorted = times[index]!.sort((a, b) => a - b)
    return { work, name, flops, minimum: sorted[0]!, median: sorted[Math.floor(rounds / 2)]!, rounds }
  })
}

async function timed(run: Contestant['run'], count: number): Promise<number> {
  const began = performance.now()
  for (let i = 0; i < count; i++) {
    const running = run()
    if (running) await running
  }
  return performance.now() - began
}
