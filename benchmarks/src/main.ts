import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { renderTable, type TableCell } from '@gyre/report'
import type { Measurement } from './measure.js'
import type { Suite } from './suite.js'
import { fftSuite } from './suites/fft.js'
import { layerSuite } from './suites/layer.js'
import { stepSuite } from './suites/step.js'

const suites: readonly Suite[] = [fftSuite, layerSuite, stepSuite]

const usage = `Usage: npm run bench -- [suite]… [--quick] [--json FILE]

${suites.map(({ name, description }) => `  ${name.padEnd(8)}${description}`).join('\n')}

  --quick      fewer sizes and rounds: under two minutes for all suites
  --json FILE  write the measurements to a file, too
`

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  for (const name of positionals) {
    if (suites.some((suite) => suite.name === name)) continue
    throw new Error(`unknown suite '${name}'; expected ${suites.map((suite) => suite.name).join(', ')}`)
  }
  return {
    ...values,
    chosen: suites.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
  }
}

/** Each work's rows; the ratio is to the minimum of the first. */
function tableOf(measurements: readonly Measurement[]): string {
  const rows = measurements.map(({ work, name, flops, minimum, median }): TableCell[] => {
    const first = measurements.find((other) => other.work === work)!
    return [work, name, minimum, median, minimum / first.minimum, flops / minimum / 1e6]
  })
  return renderTable(
    [
      { title: 'work' },
      { title: 'who' },
      { title: 'min ms', digits: 3 },
      { title: 'median ms', digits: 3 },
      { title: '× first', digits: 2 },
      { title: 'GFLOP/s', digits: 2 },
    ],
    rows,
  )
}

async function main(): Promise<void> {
  const { quick, json, help, chosen } = readArguments()
  if (help) {
    console.log(usage)
    return
  }
  const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`
  console.log(machine)
  const results = []
  for (const { name, description, run } of chosen) {
    const measurements = await run(quick)
    console.log(`\n${name}: ${description}\n\n${tableOf(measurements)}`)
    results.push({ name, description, measurements })
  }
  if (json) writeFileSync(json, `${JSON.stringify({ machine, quick, suites: results }, null, 2)}\n`)
}

try {
  await main()
} catch (error) {
  console.error(`error: ${(error as Error).message}`)
  process.exitCode = 1
}
