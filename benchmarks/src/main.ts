import { writeFileSync } from 'node:fs'
import { parseOptions, usage } from './options.js'
import { runBenchmarks } from './run-benchmarks.js'

try {
  const options = parseOptions(process.argv.slice(2))
  if (options.help) console.log(usage)
  else {
    const { results, problems } = await runBenchmarks(options)
    if (options.json) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`)
    for (const problem of problems) console.error(`error: ${problem}`)
    if (problems.length > 0) process.exitCode = 1
  }
} catch (error) {
  console.error(`error: ${(error as Error).message}`)
  process.exitCode = 1
}
