import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { type BackendName, chooseBackend } from '../backend.js'
import { type CommonOptions, integer, makeOutputFolder } from '../common-options.js'

interface WorkerOptions extends CommonOptions {
  readonly queue: string
  readonly parallel: number
  readonly cache: string
  readonly lockSeconds: number
}

export function addWorker(program: Command): Command {
  return program
    .command('worker')
    .description('compute the cells of sweeps that share a Redis, until Ctrl-C')
    .requiredOption('--queue <url>', 'the Redis of the sweeps: redis://host:6379')
    .option('--parallel <n>', 'cells at a time', integer(1, 1024), availableParallelism())
    .option(
      '--cache <dir>',
      'where base models are kept; missing ones are made',
      join('.gyre', 'base-models'),
    )
    .option(
      '--lock-seconds <n>',
      'how long a cell waits for a worker that gives no sign of life',
      integer(1),
      30,
    )
    .action(runWorker)
}

async function runWorker({ queue, parallel, cache, lockSeconds, ...options }: WorkerOptions): Promise<void> {
  const { backend } = await chooseBackend({ backend: options.backend, threads: 1 })
  await makeOutputFolder(cache)
  // BullMQ is not read by every other command.
  const { work } = await import('../sweep/queue/work.js')
  await work({
    queue,
    parallel,
    cacheFolder: cache,
    lockSeconds,
    backend: { backend: backend.name as BackendName, threads: options.threads ?? 1 },
  })
}
