import type { Child } from './child.js'
import type { Row } from './run-case.js'

/**
 * What a step takes at least when its matrix products run at 85 % of what WebAssembly can reach, and everything else
 * takes 1.3 times what it takes PyTorch. PyTorch's time for everything else is what its step takes longer than the
 * same products do at the rate of its own.
 */
export interface FloorModel {
  /** GFLOP/s of a matrix product on one thread. */
  readonly ceilings: { readonly simd128: number; readonly relaxedSimd: number }
  /** PyTorch's GFLOP/s by number of threads, in this run. */
  readonly pytorchRates: ReadonlyMap<number, number>
}

/** Measured at 512³ on one thread of a Zen 4 at 3.7 GHz with an ideal kernel; other processors have others. */
export const zen4Ceilings = { simd128: 44, relaxedSimd: 55 }

const size = 1024

/** PyTorch's rate in large products, with each number of threads that takes part. */
export async function pytorchRates(children: readonly Child[]): Promise<Map<number, number>> {
  const rates = new Map<number, number>()
  for (const child of children) {
    const { system, threads } = child.participant
    if (system !== 'pytorch') continue
    const task = { kind: 'sgemm', m: size, n: size, k: size, transposeA: false, transposeB: true } as const
    await child.ask({ call: 'prepare', task })
    let fastest = Number.POSITIVE_INFINITY
    for (let round = 0; round < 15; round++) {
      const { milliseconds } = await child.ask({ call: 'run', repetitions: 1, milliseconds: 20 })
      fastest = Math.min(fastest, milliseconds)
    }
    rates.set(threads, (2 * size ** 3) / fastest / 1e6)
  }
  return rates
}

/** The rows of one case; Gyre's with their time as a multiple of the floor. */
export function withFloor(
  rows: readonly Row[],
  matmulFlops: number,
  descriptions: (system: string) => string,
  { ceilings, pytorchRates }: FloorModel,
): Row[] {
  return rows.map((row) => {
    const peer = rows.find(({ system, threads }) => system === 'pytorch' && threads === row.threads)
    const rate = pytorchRates.get(row.threads)
    if (!row.system.startsWith('gyre') || !peer || rate === undefined) return row
    const ceiling = descriptions(row.system).includes('relaxed') ? ceilings.relaxedSimd : ceilings.simd128
    const products = matmulFlops / (0.85 * ceiling * row.threads) / 1e6
    const rest = Math.max(0, peer.msMin - matmulFlops / rate / 1e6)
    return { ...row, timesFloor: row.msMin / (products + 1.3 * rest) }
  })
}
