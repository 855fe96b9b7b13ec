import { extname } from 'node:path'
import type { UnlabelledTexts } from '@gyre/data'
import { UsageError } from '../errors.js'

const formats = ['.tsv', '.jsonl'] as const
type PredictionFormat = (typeof formats)[number]

/** What a file of predictions is written as, by the ending of its name. */
export function predictionFormat(path: string): PredictionFormat {
  const ending = formats.find((format) => extname(path).toLowerCase() === format)
  if (!ending) throw new UsageError(`--out ${path}: expected a name that ends with ${formats.join(' or ')}`)
  return ending
}

/** A table's rows, each with its prediction as a last column, or field, of that name. */
export function formatPredictions(
  { table, texts }: UnlabelledTexts,
  predictions: readonly (string | number)[],
  format: PredictionFormat,
): string {
  const rows = table.rows.map(({ values }, i) => [...values, ['prediction', predictions[i]!] as const])
  if (format === '.jsonl') return lines(rows.map((row) => JSON.stringify(Object.fromEntries(row))))
  // Rows of JSON Lines may hold anything under any name: their texts stand for them.
  const columns = table.columns ?? (texts[0]?.textPair === undefined ? ['text'] : ['text', 'pair'])
  const body = table.columns
    ? rows.map((row) => row.map(([, value]) => String(value)))
    : texts.map(({ text, textPair }, i) => [
        text,
        ...(textPair === undefined ? [] : [textPair]),
        String(predictions[i]!),
      ])
  return lines([[...columns, 'prediction'], ...body].map((row) => row.map(oneField).join('\t')))
}

/** TSV has no quotes: a tab or a line break within a field becomes a blank. */
function oneField(text: string): string {
  return text.replace(/[\t\r\n]+/g, ' ')
}

function lines(rows: readonly string[]): string {
  return rows.map((row) => `${row}\n`).join('')
}
