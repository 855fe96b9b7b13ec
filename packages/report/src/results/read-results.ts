import { benchmarkRecords, isBenchmark } from './benchmark-records.js'
import { comparisonRecords, isComparison } from './comparison-records.js'
import { JsonValue, parseJson } from './json-value.js'
import type { ResultRecord } from './record.js'
import { parseRecordFile } from './record-file.js'
import { isSimulation, simulationRecords } from './simulation-records.js'

/** Who writes results in a form of their own, and how a file of theirs becomes records. */
const sources = [
  { isOne: isComparison, records: comparisonRecords },
  { isOne: isSimulation, records: simulationRecords },
  { isOne: isBenchmark, records: benchmarkRecords },
]

/**
 * The records of a file of results: `results.jsonl` as a sweep writes it, or the JSON of a comparison, a simulation or a
 * benchmark. Undefined for JSON that is none of these.
 */
export function parseResults(text: string, file: string): ResultRecord[] | undefined {
  return file.endsWith('.jsonl') ? parseRecordFile(text, file) : recordsIn(parseJson(text, file))
}

/** The records of what a command has at hand, in the form of the file that it writes. */
export function recordsOf(results: object, name: string): ResultRecord[] {
  const value = new JsonValue(results, name)
  const records = recordsIn(value)
  if (records === undefined) throw value.expected('a comparison, a simulation or a benchmark')
  return records
}

function recordsIn(value: JsonValue): ResultRecord[] | undefined {
  return value.isObject ? sources.find(({ isOne }) => isOne(value))?.records(value) : undefined
}

/** Records without those whose cell has come before: the first of a cell counts. */
export function distinctRecords(records: readonly ResultRecord[]): ResultRecord[] {
  const cells = new Map<string, ResultRecord>()
  for (const record of records) if (!cells.has(record.cell)) cells.set(record.cell, record)
  return [...cells.values()]
}
