// Condenses the results of the sweep benchmarks/studies/block-size.yaml, all or as many as are there, into
// results/block-size.json, and writes the tables, figures and the advice of docs/block-size.md; --docs writes these alone.
// --results names the sweep's folder where it has another one.
// In the root folder: npm run study -- block-size [--results DIR] [--docs]
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readResults as readRecords } from '@gyre/report/node'
import { condense, OtherGridError, type SweepPlan } from './block-size/condense.js'
import { figurePrefix, figuresOf, sectionsOf } from './block-size/document.js'
import { readResults, resultsFile } from './block-size/study-results.js'
import { writeSection } from './document-section.js'
import { fail, gyre, root } from './finished-run.js'

const { values: options } = parseArgs({
  options: {
    results: { type: 'string', default: join(root, '.gyre/sweeps/block-size') },
    docs: { type: 'boolean', default: false },
  },
})

if (!options.docs) await condenseSweep(resolve(options.results))
writeDocument()

async function condenseSweep(folder: string): Promise<void> {
  const file = join(folder, 'results.jsonl')
  if (!existsSync(file)) {
    fail(`${file}: there is no such file; npm run gyre -- sweep benchmarks/studies/block-size.yaml makes it`)
  }
  // The sweep may be running: both the plan and the records are of one moment.
  const snapshot = mkdtempSync(join(tmpdir(), 'gyre-study-'))
  try {
    copyFileSync(file, join(snapshot, 'results.jsonl'))
    const grid = join(root, 'benchmarks/studies/block-size.yaml')
    const plan = JSON.parse(gyre('sweep', { out: snapshot, 'dry-run': true }, grid)) as SweepPlan
    const { records } = await readRecords(snapshot)
    writeFileSync(resultsFile, `${JSON.stringify(condense(plan, records))}\n`)
  } catch (error) {
    if (!(error instanceof OtherGridError)) throw error
    fail(`${file}: ${error.message}`)
  } finally {
    rmSync(snapshot, { recursive: true })
  }
}

function writeDocument(): void {
  const results = readResults()
  for (const [name, section] of Object.entries(sectionsOf(results))) {
    writeSection('block-size.md', name, section)
  }
  const docs = join(root, 'docs')
  const figures = figuresOf(results)
  for (const file of readdirSync(docs)) {
    if (file.startsWith(figurePrefix) && !(file in figures)) rmSync(join(docs, file))
  }
  for (const [file, figure] of Object.entries(figures)) writeFileSync(join(docs, file), figure)
}
