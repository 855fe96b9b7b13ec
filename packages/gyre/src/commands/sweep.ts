import { availableParallelism } from 'node:os'
import type { Command } from 'commander'
import { type CommonOptions, integer } from '../common-options.js'

interface SweepCommandOptions extends CommonOptions {
  readonly quick: boolean
  readonly out?: string
  readonly workers: number
  readonly dryRun: boolean
  readonly queue?: string
}

export function addSweep(program: Command): Command {
  return program
    .command('sweep')
    .description('run a grid of fine-tunings, on this machine or on workers; the same command resumes it')
    .argument('<grid>', 'a YAML file: models, tasks, methods with their sizes and learning rates, seeds')
    .option('--quick', 'with the smaller settings under the key quick of the grid', false)
    .option('--out <dir>', 'folder for results.jsonl and base models; default: in .gyre/sweeps')
    .option('--workers <n>', 'cells at a time on this machine', integer(1, 1024), availableParallelism())
    .option('--dry-run', 'say what would run, and how long it would take', false)
    .option(
      '--queue <url>',
      'hand the cells to `gyre worker` processes through this Redis: redis://host:6379',
    )
    .action(async (file: string, options: SweepCommandOptions) => {
      // What only a sweep needs is not read by every other command.
      const { runSweep } = await import('../sweep/run-sweep.js')
      await runSweep({ ...options, file, parallel: options.workers })
    })
}
