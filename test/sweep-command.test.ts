import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ResultRecord, reportResults } from '@gyre/report'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isLongRun } from './long-run.js'
import { hasRedisServer, type RedisServer, startRedisServer } from './redis-server.js'
import {
  complaintOf,
  flags,
  gyre,
  jsonOf,
  outputOf,
  type Running,
  startGyre,
  temporaryFolder,
} from './run-gyre.js'
import { writeTinyInputs } from './tiny-runs.js'

// Every cell is a process, and the start of one costs a second: as few as say something.
const folder = temporaryFolder()
writeTinyInputs(folder)
const grid = join(folder, 'grid.yaml')
writeFileSync(
  grid,
  `models:
  tiny:
    config: llama.json
    text: sea.txt
    pretraining: { steps: 5, batch-size: 2, sequence-length: 16 }
    targets: [q_proj, v_proj]
tasks:
  garden: { task: lm, data: garden.txt }
training: { steps: 10, batch-size: 2, sequence-length: 16 }
methods:
  - { method: bca, sizes: [8], learning-rates: [0.1, 0.4] }
  - { name: auto, method: "bca:p=auto", budgets: bca, learning-rates: [0.4] }
seeds: [1]
`,
)
const undisturbed = join(folder, 'undisturbed')
/** What there would be of that sweep, had it been killed after its first result. */
const interrupted = join(folder, 'interrupted')
const cells = 4

/** The lines of a results file. */
function recordsOf(out: string): ResultRecord[] {
  const path = join(out, 'results.jsonl')
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as ResultRecord)
}

/** What must be equal of two sweeps, by cell; times and memory are not. */
function numbersOf(records: readonly ResultRecord[]) {
  return records
    .map(({ cell, settings, metrics: { loss, bitsPerCharacter, finalLoss }, curves, blockSizes }) => ({
      ...{ cell, settings, curves, blockSizes },
      metrics: { loss, bitsPerCharacter, finalLoss },
    }))
    .sort((a, b) => a.cell.localeCompare(b.cell))
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !condition(); waited += 20) {
    if (waited > 100_000) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

interface Summary {
  readonly method: string
  readonly learningRate: number
  readonly mean: number
  readonly runs: number
}

beforeAll(() => {
  // The processes of the cells run from source, as under the command line.
  process.execArgv.push('--conditions=@gyre/source', '--import=tsx')
})

describe('gyre sweep', () => {
  it('says what would run, and runs nothing, with --dry-run', async () => {
    const out = join(folder, 'dry')
    const plan = await outputOf('sweep', grid, '--dry-run', '--out', out)
    expect(plan).toContain('2 settings, 4 cells: 2 to choose learning rates, 2 to compare; 0 are finished')
    expect(plan).toContain('where the gradients of each run choose the block sizes, trained is the budget')
    expect(plan).toMatch(/estimated: .*from traced FLOPs, at the speed of a few steps/)
    expect(existsSync(out)).toBe(false)
  })

  it('chooses the learning rate on the tuning seed, and runs the others with it', async () => {
    const running = jsonOf<{ summaries: Summary[] }>('sweep', grid, '--out', undisturbed)
    await until(() => recordsOf(undisturbed).length > 0, 'the first result')
    mkdirSync(interrupted)
    copyFileSync(join(undisturbed, 'results.jsonl'), join(interrupted, 'results.jsonl'))
    const { summaries } = await running
    const records = recordsOf(undisturbed)
    expect(records).toHaveLength(cells)
    const [tuning, compared] = [true, false].map((flag) =>
      records.filter(({ settings }) => settings.row === 'bca' && settings.tuning === flag),
    )
    const best = [...tuning!].sort((a, b) => a.metrics.loss! - b.metrics.loss!)[0]!
    expect(compared!.map(({ settings }) => [settings.seed, settings['learning-rate']]).sort()).toEqual([
      [1, best.settings['learning-rate']],
    ])
    expect(summaries).toMatchObject([
      { method: 'bca:p=8', learningRate: best.settings['learning-rate'], runs: 1 },
      { method: 'bca:p=auto:budget=64', learningRate: 0.4, runs: 1 },
    ])
    expect(summaries[0]!.mean).toBe(compared![0]!.metrics.loss)
    expect(records[0]).toMatchObject({
      format: 1,
      kind: 'sweep',
      settings: { model: 'tiny', task: 'garden', row: 'bca', method: 'bca:p=8', steps: 10 },
      metrics: { trainableParameters: (16 * 16) / 8 + (16 * 16) / 8 },
      curves: { loss: { steps: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] } },
    })
  })

  it('keeps the block sizes that the gradients of a run chose, and counts what they cost', () => {
    const automatic = recordsOf(undisturbed).find(({ settings }) => settings.row === 'auto')!
    const { blockSizes, metrics, settings } = automatic
    expect(settings).toMatchObject({ method: 'bca:p=auto:budget=64', budget: 64 })
    const sizes = Object.entries(blockSizes!)
    expect(sizes.length).toBeGreaterThan(0)
    for (const [site] of sizes) expect(site).toMatch(/^model\.layers\.0\.self_attn\.[qv]_proj$/)
    expect(metrics.trainableParameters).toBe(sizes.reduce((sum, [, size]) => sum + (16 * 16) / size, 0))
    expect(metrics.trainableParameters).toBeLessThanOrEqual(64)
    expect(metrics.adapterFlopsPerToken).toBeGreaterThan(0)
    const [section] = reportResults([automatic]).sections
    expect(section!.tables.find(({ title }) => title === 'Block sizes by layer')!.rows).toEqual(
      sizes.map(([site, size]) => [site, size]),
    )
  })

  it('has nothing to do when it is done', async () => {
    expect(await outputOf('sweep', grid, '--out', undisturbed)).toContain('bca:p=8')
    expect(recordsOf(undisturbed)).toHaveLength(cells)
  })

  it('goes on with the cells that are missing, to the same numbers', () => expectToGoOn(interrupted))

  it.runIf(isLongRun)('that is killed goes on, too; its cells’ processes end with it', async () => {
    const out = join(folder, 'killed')
    const sweep = startGyre('sweep', grid, '--out', out, '--workers', '1')
    await until(() => recordsOf(out).length === 1, 'the first result')
    sweep.process.kill('SIGKILL')
    const { code, stderr } = await sweep.finished
    expect(code).toBeNull()
    // And without a word.
    expect(stderr).not.toContain('Error')
    await expectToGoOn(out)
  })

  async function expectToGoOn(out: string): Promise<void> {
    const before = recordsOf(out)
    expect(before.length).toBeGreaterThan(0)
    expect(before.length).toBeLessThan(cells)
    await outputOf('sweep', grid, '--out', out)
    const after = recordsOf(out)
    expect(after.slice(0, before.length)).toEqual(before)
    expect(after).toHaveLength(cells)
    expect(numbersOf(after)).toEqual(numbersOf(recordsOf(undisturbed)))
  }

  it.each([
    ['a grid that is not there', ['nowhere.yaml'], /^nowhere\.yaml: there is no such file$/],
    [
      'a queue that is no URL',
      [grid, '--queue', 'localhost'],
      /^--queue localhost: expected a URL such as redis:/,
    ],
    [
      'a Redis that is not there',
      [grid, '--queue', 'redis://:secret@127.0.0.1:1'],
      /^--queue redis:\/\/127\.0\.0\.1:1: no Redis answers there \(.*ECONNREFUSED/,
    ],
  ])('refuses %s in a sentence', async (_name, args, sentence) => {
    expect(await complaintOf('sweep', ...args, '--out', join(folder, 'refused'))).toMatch(sentence)
  })
})

describe('gyre worker', () => {
  it('refuses a Redis that is not there in a sentence', async () => {
    const cache = join(folder, 'cache')
    expect(await complaintOf('worker', '--queue', 'redis://127.0.0.1:1', '--cache', cache)).toMatch(
      /^--queue redis:\/\/127\.0\.0\.1:1: no Redis answers there/,
    )
  })
})

describe.skipIf(!hasRedisServer || !isLongRun)(
  'a sweep over Redis, in the long run and with the program redis-server',
  () => {
    let redis: RedisServer
    const workers: Running[] = []
    const cache = join(undisturbed, 'base-models')
    const startWorker = (url: string): Running => {
      const options = { queue: url, parallel: 1, cache, 'lock-seconds': 2 }
      const worker = startGyre('worker', ...flags(options))
      workers.push(worker)
      return worker
    }
    beforeAll(async () => {
      redis = await startRedisServer(folder)
    })
    afterAll(async () => {
      for (const { process } of workers) process.kill('SIGKILL')
      await redis.stop()
    })

    it('with three workers, one of them killed, has each cell once and the local run’s numbers', async () => {
      const out = join(folder, 'over-redis')
      const three = [1, 2, 3].map(() => startWorker(redis.url))
      const sweep = gyre('sweep', grid, '--out', out, '--queue', redis.url)
      const hasBegun = ({ stderr }: Running): boolean => stderr().includes('begun')
      await until(() => three.some(hasBegun), 'a worker that begins')
      const killed = three.find(hasBegun)!
      killed.process.kill('SIGKILL')
      const { code, stderr } = await sweep
      expect(stderr).not.toContain('failed')
      expect(code).toBe(0)
      expect(killed.stderr()).not.toContain('done')
      const records = recordsOf(out)
      expect(records).toHaveLength(cells)
      expect(numbersOf(records)).toEqual(numbersOf(recordsOf(undisturbed)))
    }, 180_000)

    it('ends in a sentence when the Redis goes away, as its workers do', async () => {
      const own = await startRedisServer(folder)
      const worker = startWorker(own.url)
      const sweep = gyre('sweep', grid, '--out', join(folder, 'away'), '--queue', own.url)
      await until(() => worker.stderr().includes('begun'), 'a cell that is begun')
      await own.stop()
      for (const finished of [sweep, worker.finished]) {
        const { code, stderr } = await finished
        expect(stderr).toMatch(/error: --queue .*: the Redis went away, .*; the same command goes on/)
        expect(code).toBe(1)
      }
    }, 180_000)
  },
)
