import type { BlockSizeChoice, BlockSizesByPath } from '@gyre/circulant'
import { formatNumber, renderTable } from '@gyre/report'
import { type AutomaticMethod, TrainingError } from '@gyre/train'
import { hasRunCheckpoint, readRunSettings } from '@gyre/train/node'
import type { Command } from 'commander'
import { integer } from '../common-options.js'

/** Block sizes as options of their own, beside a method. */
export interface BlockSizeOptions {
  readonly blockSize?: string
  readonly budget?: number
}

export function addBlockSizeOptions(command: Command, blockSizeDoc: string): Command {
  return command
    .option('--block-size <size>', blockSizeDoc)
    .option('--budget <n>', 'with --block-size auto: numbers that the adapters may have together', integer(1))
}

/** The options as the end of a method's text: `bca` and `--block-size auto --budget 4096` are `bca:p=auto:budget=4096`. */
export function withBlockSizeOptions(method: string, { blockSize, budget }: BlockSizeOptions): string {
  const words = [method]
  if (blockSize !== undefined) words.push(`p=${blockSize}`)
  if (budget !== undefined) words.push(`budget=${budget}`)
  return words.join(':')
}

/** The block sizes of the run that a checkpoint is of; undefined where there is none, or it chose none. */
export async function blockSizesOfRun(checkpoint: string): Promise<BlockSizesByPath | undefined> {
  if (!(await hasRunCheckpoint(checkpoint))) return undefined
  const { blockSizes } = await readRunSettings(checkpoint)
  if (blockSizes === undefined) return undefined
  if (
    typeof blockSizes === 'object' &&
    blockSizes !== null &&
    Object.values(blockSizes).every((size) => Number.isInteger(size))
  ) {
    return blockSizes as BlockSizesByPath
  }
  throw new TrainingError(
    `${checkpoint}: blockSizes should be numbers by site, not ${JSON.stringify(blockSizes)}`,
  )
}

/** Every site with its block size, or none, and how much of the gradient that captures. */
export function formatBlockSizes(
  { sites, parameters, share }: BlockSizeChoice,
  { budget, score }: AutomaticMethod,
): string {
  const all = sites.reduce((total, { energy }) => total + energy, 0)
  const table = renderTable(
    [
      { title: 'site' },
      { title: 'block size' },
      { title: 'numbers' },
      { title: '% of its gradient', digits: 2 },
      { title: '% of all', digits: 2 },
    ],
    sites.map(({ path, blockSize, parameters, captured, energy }) => [
      path,
      blockSize,
      parameters,
      energy > 0 ? (100 * captured) / energy : 0,
      (100 * captured) / all,
    ]),
  )
  return `${table}\nblock sizes by ${score}: ${formatNumber(parameters)} of ${formatNumber(budget)} numbers capture ${formatNumber(100 * share, 2)} % of the gradient's energy`
}
