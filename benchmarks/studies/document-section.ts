import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spreadOf } from '@gyre/report'
import { root } from './finished-run.js'

/** Replaces what stands between the marks of that name in a document of docs/. */
export function writeSection(document: string, name: string, section: string): void {
  const path = join(root, 'docs', document)
  writeFileSync(path, replaceSection(readFileSync(path, 'utf8'), name, section))
}

/** The text with another section between the marks of that name. */
export function replaceSection(text: string, name: string, section: string): string {
  const [first, last] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [before, after] = [text.indexOf(first), text.indexOf(last)]
  if (before < 0 || after < before) throw new Error(`the document lacks ${first} and ${last}`)
  return `${text.slice(0, before)}${first}\n\n${section}\n\n${text.slice(after)}`
}

/** The mean, and the standard deviation where there are several seeds. */
export function formatSeeds(values: readonly number[]): string {
  const { mean, deviation } = spreadOf(values)!
  return values.length === 1 ? mean.toFixed(3) : `${mean.toFixed(3)} ± ${deviation.toFixed(3)}`
}
