import type { JsonValue } from './json-value.js'
import type { ResultRecord } from './record.js'

/** Whether a file is one that the benchmarks wrote. */
export function isBenchmark(file: JsonValue): boolean {
  return ['machine', 'systems', 'rows'].every((name) => file.get(name).isPresent)
}

/** A record for each measured case of each system. */
export function benchmarkRecords(benchmark: JsonValue): ResultRecord[] {
  const machine = benchmark.get('machine').string()
  const date = benchmark.get('date').string()
  const quick = benchmark.get('quick').scalar() === true
  const about = new Map(
    benchmark
      .get('systems')
      .items()
      .map((system) => [system.get('name').string(), system.get('about').string()]),
  )
  return benchmark
    .get('rows')
    .items()
    .map((row): ResultRecord => {
      const [suite, name] = [row.get('suite').string(), row.get('case').string()]
      const [system, threads] = [row.get('system').string(), row.get('threads').number()]
      return {
        format: 1,
        kind: 'bench',
        cell: ['bench', machine, date, suite, name, system, threads].join(' '),
        settings: { suite, case: name, system, threads, quick },
        versions: { machine, [system]: about.get(system) ?? '' },
        metrics: metricsOf(row),
        curves: {},
        finishedAt: date,
      }
    })
}

const identifying = new Set(['suite', 'case', 'system', 'threads', 'memory'])

/** The numbers of a row, those of its memory named `memory.rss` and so on. */
function metricsOf(row: JsonValue): ResultRecord['metrics'] {
  const memory = row.get('memory')
  const all = [
    ...row.entries().filter(([name]) => !identifying.has(name)),
    ...(memory.isPresent ? memory.entries().map(([name, value]) => [`memory.${name}`, value] as const) : []),
  ]
  return Object.fromEntries(all.map(([name, value]) => [name, value.number()]))
}
