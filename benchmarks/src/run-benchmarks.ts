import { availableParallelism, cpus } from 'node:os'
import { Child } from './child.js'
import type { Options } from './options.js'
import { type Absent, findParticipants } from './participant.js'
import { type Row, runCase } from './run-case.js'
import { tableOf } from './table.js'

/** A run, as `--json` writes it. */
export interface Results {
  readonly machine: string
  readonly date: string
  readonly quick: boolean
  readonly systems: readonly { readonly name: string; readonly threads: number; readonly about: string }[]
  readonly absent: readonly Absent[]
  readonly rows: readonly Row[]
}

/** Runs the suites, printing a table after each. */
export async function runBenchmarks(options: Options): Promise<{ results: Results; problems: string[] }> {
  const { quick } = options
  const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`
  console.log(machine)
  const problems: string[] = []
  const complain = (problem: string): void => {
    problems.push(problem)
    console.error(`error: ${problem}`)
  }
  const { participants, absent } = findParticipants(options.systems, options.threads)
  for (const { system, reason } of absent) console.log(`${system} is absent: ${reason}`)
  const children: Child[] = []
  const systems: Results['systems'][number][] = []
  try {
    for (const participant of participants) {
      const child = new Child(participant)
      const { description } = await child.ask({ call: 'describe' })
      children.push(child)
      systems.push({ name: participant.system, threads: participant.threads, about: description })
      console.log(
        `${participant.system}, ${participant.threads} ${participant.threads === 1 ? 'thread' : 'threads'}: ${description}`,
      )
    }
    const rows: Row[] = []
    for (const { name, description, cases } of options.suites) {
      const chosen = cases({ quick }).filter(
        (each) => options.cases.length === 0 || options.cases.some((part) => each.name.includes(part)),
      )
      if (chosen.length === 0) continue
      console.log(`\n${name}: ${description}\n`)
      const suiteRows: Row[] = []
      for (const each of chosen) {
        const measured = await runCase(
          name,
          each,
          children,
          {
            rounds: options.rounds ?? (quick ? 5 : 15),
            roundMilliseconds: quick ? 20 : 50,
            budgetMilliseconds: quick ? 3_000 : 60_000,
          },
          complain,
        )
        suiteRows.push(...measured)
        process.stderr.write(
          `${each.name}: ${measured.map((row) => `${row.system} ${row.threads}T ${row.msMin.toPrecision(3)}`).join(', ')}\n`,
        )
      }
      rows.push(...suiteRows)
      console.log(tableOf(suiteRows))
    }
    const date = new Date().toISOString().slice(0, 10)
    return { results: { machine, date, quick, systems, absent, rows }, problems }
  } finally {
    for (const child of children) child.end()
  }
}
