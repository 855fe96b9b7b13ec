import { metricsAmong } from './metrics.js'
import type { ResultRecord } from './record.js'

/**
 * A line for each result, with a column for each setting, metric and version: comma-separated values as RFC 4180 has them.
 * Curves and block sizes are not in it.
 */
export function resultsCsv(records: readonly ResultRecord[]): string {
  const names = (of: (record: ResultRecord) => object): string[] => [
    ...new Set(records.flatMap((record) => Object.keys(of(record)))),
  ]
  const settings = names((record) => record.settings)
  const metrics = metricsAmong(names((record) => record.metrics)).map(({ name }) => name)
  const versions = names((record) => record.versions)
  const own = <Value>(object: { readonly [name: string]: Value }, name: string): Value | undefined =>
    Object.hasOwn(object, name) ? object[name] : undefined
  const header = [
    'kind',
    'cell',
    ...settings,
    ...metrics.map((name) => `metric.${name}`),
    ...versions.map((name) => `version.${name}`),
    'finishedAt',
  ]
  const lines = records.map((record) => [
    record.kind,
    record.cell,
    ...settings.map((name) => own(record.settings, name)),
    ...metrics.map((name) => own(record.metrics, name)),
    ...versions.map((name) => own(record.versions, name)),
    record.finishedAt,
  ])
  return [header, ...lines].map((line) => `${line.map(csvField).join(',')}\r\n`).join('')
}

/** A field of a line: quoted where it has a comma, a quote or a line break. */
function csvField(value: string | number | boolean | null | undefined): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : ''
  const text = inertFormula(String(value ?? ''))
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * A spreadsheet runs text that begins like a formula; an apostrophe before makes it text.
 * @source OWASP: CSV Injection.
 */
function inertFormula(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
}
