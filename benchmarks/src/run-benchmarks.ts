import { availableParallelism, cpus, loadavg } from 'node:os'
import { renderTable } from '@gyre/report'
import { Child } from './child.js'
import { pytorchRates, withFloor } from './floor.js'
import { withGpuColumns } from './gpu-columns.js'
import type { MeasureOptions } from './measure.js'
import type { Options } from './options.js'
import { type Absent, findParticipants, takesPart } from './participant.js'
import type { Results } from './results.js'
import { type Row, runCase } from './run-case.js'
import { runMemory } from './run-memory.js'
import type { Suite } from './suite.js'
import { tableOf } from './table.js'

/** Runs the suites, printing a table after each. */
export async function runBenchmarks(options: Options): Promise<{ results: Results; problems: string[] }> {
  const { quick, ceilings } = options
  const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`
  console.log(machine)
  const loadBefore = loadavg()[1]!
  const problems: string[] = []
  const complain = (problem: string): void => {
    problems.push(problem)
    console.error(`error: ${problem}`)
  }
  const wanted = options.systems.filter((system) => options.suites.some((suite) => takesPart(system, suite)))
  const { participants, absent: missing } = findParticipants(wanted, options.threads)
  const absent: Absent[] = []
  const leaveOut = (each: Absent): void => {
    absent.push(each)
    console.log(`${each.system} is absent: ${each.reason}`)
  }
  for (const each of missing) leaveOut(each)
  const children: Child[] = []
  const systems: Results['systems'][number][] = []
  const rows: Row[] = []
  let rates: ReadonlyMap<number, number> = new Map()
  try {
    for (const participant of participants) {
      const child = new Child(participant, { env: participant.timingEnv ?? participant.env })
      const { system: name, threads } = participant
      try {
        const { description, adapter } = await child.ask({ call: 'describe' })
        children.push(child)
        systems.push({ name, threads, about: description, ...(adapter === undefined ? {} : { adapter }) })
        const where = adapter ?? `${threads} ${threads === 1 ? 'thread' : 'threads'}`
        console.log(`${name}, ${where}: ${description}`)
      } catch (error) {
        child.end()
        if (!participant.onGpu) throw error
        leaveOut({ system: name, reason: firstLine(error) })
      }
    }
    const adapterOf = (system: string) => systems.find(({ name }) => name === system)?.adapter
    const aboutOf = (system: string) => systems.find(({ name }) => name === system)!.about
    for (const suite of options.suites) {
      const cases = casesOf(suite, options)
      if (cases.length === 0) continue
      console.log(`\n${suite.name}: ${suite.description}\n`)
      const own = children.filter(({ participant }) => takesPart(participant.system, suite))
      if (suite.hasFloor) rates = await pytorchRates(children)
      const suiteRows: Row[] = []
      for (const each of cases) {
        let measured: readonly Row[]
        if (suite.measures === 'memory') {
          const all = own.map(({ participant }) => participant)
          const firsts = all.filter(
            ({ system }, index) => all.findIndex((other) => other.system === system) === index,
          )
          measured = await runMemory(suite.name, each, firsts, { steps: quick ? 10 : 500 })
        } else {
          measured = await runCase(suite.name, each, own, measureOptions(options), complain)
          if (suite.hasFloor) {
            measured = withFloor(measured, each.matmulFlops!, aboutOf, { ceilings, pytorchRates: rates })
          }
          if (suite.onGpu) measured = withGpuColumns(measured, each, adapterOf)
        }
        suiteRows.push(...measured)
        // A run takes a while, and its table comes at the end.
        process.stderr.write(`${each.name}: ${measured.map(brief).join(', ')}\n`)
      }
      rows.push(...suiteRows)
      const table = tableOf(suiteRows)
      console.log(renderTable(table.columns, table.rows))
    }
    const results: Results = {
      machine,
      load: [loadBefore, loadavg()[1]!],
      date: new Date().toISOString().slice(0, 10),
      quick,
      systems,
      absent,
      ...(rates.size > 0 && { rates: { ceilings, pytorch: Object.fromEntries(rates) } }),
      rows,
    }
    return { results, problems }
  } finally {
    for (const child of children) child.end()
  }
}

function casesOf(suite: Suite, { quick, cases }: Options) {
  return suite
    .cases({ quick })
    .filter(({ name }) => cases.length === 0 || cases.some((part) => name.includes(part)))
}

function measureOptions({ quick, rounds }: Options): MeasureOptions {
  return {
    rounds: rounds ?? (quick ? 3 : 15),
    roundMilliseconds: quick ? 20 : 50,
    warmUpMilliseconds: quick ? 400 : 2_000,
    budgetMilliseconds: quick ? 3_000 : 60_000,
  }
}

/** A stack is the process's own business. */
function firstLine(error: unknown): string {
  return (error as Error).message.split('\n')[0]!
}

function brief({ system, threads, msMin }: Row): string {
  return `${system} ${threads}T ${msMin.toPrecision(3)}`
}
