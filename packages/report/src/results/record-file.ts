import { type JsonValue, parseJson } from './json-value.js'
import type { Curve, ResultRecord } from './record.js'

/**
 * The records of a results file, one in each line. A last line without an end is one that is being written, or that a
 * crash cut off, and does not count.
 */
export function parseRecordFile(text: string, file: string): ResultRecord[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return []
    return [recordOf(parseJson(line, `${file}:${i + 1}`))]
  })
}

function recordOf(record: JsonValue): ResultRecord {
  const format = record.get('format')
  if (!format.isPresent || format.number() !== 1) throw format.expected('1: a result as Gyre writes it')
  const blockSizes = record.get('blockSizes')
  return {
    format: 1,
    kind: record.get('kind').string(),
    cell: record.get('cell').string(),
    settings: mapped(record.get('settings'), (value) => value.scalar()),
    versions: mapped(record.get('versions'), (value) => value.string()),
    metrics: mapped(record.get('metrics'), (value) => value.numberOrNaN()),
    curves: mapped(record.get('curves'), curveOf),
    ...(blockSizes.isPresent && { blockSizes: mapped(blockSizes, (value) => value.number()) }),
    finishedAt: record.get('finishedAt').string(),
  }
}

/** A curve; its numbers may be null where a training went wrong. */
export function curveOf(curve: JsonValue): Curve {
  const steps = curve.get('steps').items()
  const values = curve.get('values').items()
  if (steps.length !== values.length) {
    throw curve.get('values').expected(`a number for each of ${steps.length} steps`)
  }
  return { steps: steps.map((step) => step.number()), values: values.map((value) => value.numberOrNaN()) }
}

/** The fields of an object, each read by `read`. A field may have any name, `__proto__` too. */
export function mapped<Value>(
  object: JsonValue,
  read: (value: JsonValue) => Value,
): { readonly [name: string]: Value } {
  return Object.fromEntries(object.entries().map(([name, value]) => [name, read(value)]))
}
