import { readFileSync, writeFileSync } from 'node:fs'
import { recordsOf } from '@gyre/report'
import { resultsPage } from '@gyre/report/html'
import { docsOf } from './docs.js'
import { parseOptions, usage } from './options.js'
import type { Results } from './results.js'
import { runBenchmarks } from './run-benchmarks.js'

try {
  const options = parseOptions(process.argv.slice(2))
  if (options.help) console.log(usage)
  else {
    const { results, problems } = options.from
      ? { results: JSON.parse(readFileSync(options.from, 'utf8')) as Results, problems: [] }
      : await runBenchmarks(options)
    if (options.json) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`)
    if (options.html) writeFileSync(options.html, resultsPage(recordsOf(results, options.html)))
    if (options.docs) {
      const page = new URL('../../docs/benchmarks.md', import.meta.url)
      writeFileSync(page, docsOf(results, readFileSync(page, 'utf8')))
    }
    for (const problem of problems) console.error(`error: ${problem}`)
    if (problems.length > 0) process.exitCode = 1
  }
} catch (error) {
  console.error(`error: ${(error as Error).message}`)
  process.exitCode = 1
}
