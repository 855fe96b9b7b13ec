import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { formatResults, type ResultRecord, reportResults, resultsCsv, resultsMarkdown } from '@gyre/report'
import { readResults } from '@gyre/report/node'
import { writeAtomically } from '@gyre/safetensors/node'

/** The forms of a report of results; text is for terminals. */
const forms = {
  html: pageOf,
  markdown: (records: readonly ResultRecord[]) => resultsMarkdown(reportResults(records)),
  csv: resultsCsv,
  json: (records: readonly ResultRecord[]) => `${JSON.stringify({ ...reportResults(records), records })}\n`,
  text: (records: readonly ResultRecord[]) => `${formatResults(reportResults(records))}\n`,
}

export type ResultsForm = keyof typeof forms

/**
 * Reports on the results of a folder or a file: into the file `out`, by default on standard output; a page goes into
 * `report.html` beside the results.
 */
export async function writeResultsReport(results: string, form: ResultsForm, out?: string): Promise<void> {
  const { records, others } = await readResults(results)
  for (const file of others) process.stderr.write(`${file}: holds no results\n`)
  const report = await forms[form](records)
  const path = out ?? (form === 'html' ? join(await folderOf(results), 'report.html') : undefined)
  if (path === undefined) {
    process.stdout.write(report)
    return
  }
  await writeAtomically(path, report)
  process.stderr.write(`written: ${path}\n`)
}

/** Writes what the records came to as a page, which may have none yet. */
export async function writeResultsPage(path: string, records: readonly ResultRecord[]): Promise<void> {
  if (records.length > 0) await writeAtomically(path, await pageOf(records))
}

/** The page; what draws plots is loaded only here. */
async function pageOf(records: readonly ResultRecord[]): Promise<string> {
  const { resultsPage } = await import('@gyre/report/html')
  return resultsPage(records)
}

async function folderOf(path: string): Promise<string> {
  return (await stat(path)).isDirectory() ? path : dirname(path)
}
