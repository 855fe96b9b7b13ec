import { parseArgs } from 'node:util'
import { zen4Ceilings } from './floor.js'
import { systemNames } from './participant.js'
import type { Suite } from './suite.js'
import { decodeSuite } from './suites/decode.js'
import { gpuSuite } from './suites/gpu.js'
import { kernelsSuite } from './suites/kernels.js'
import { layerSuite } from './suites/layer.js'
import { memorySuite } from './suites/memory.js'
import { stepSuite } from './suites/step.js'

export const suites: readonly Suite[] = [
  kernelsSuite,
  layerSuite,
  stepSuite,
  memorySuite,
  decodeSuite,
  gpuSuite,
]

export interface Options {
  readonly suites: readonly Suite[]
  readonly systems: readonly string[]
  readonly threads: readonly number[]
  /** Only cases whose name contains one of these; all of them when empty. */
  readonly cases: readonly string[]
  readonly quick: boolean
  readonly rounds: number | undefined
  readonly json: string | undefined
  readonly html: string | undefined
  /** Whether docs/benchmarks.md is written. */
  readonly docs: boolean
  /** Results of an earlier run, to use in place of a new one. */
  readonly from: string | undefined
  /** GFLOP/s that a matrix product in WebAssembly can reach on one thread. */
  readonly ceilings: { readonly simd128: number; readonly relaxedSimd: number }
  readonly help: boolean
}

export const usage = `Usage: npm run bench -- [suite]… [options]

Without a suite all but gpu are run.

${suites.map(({ name, description }) => `  ${name.padEnd(9)}${description}`).join('\n')}

  --systems A,B    only these, of ${systemNames.join(', ')}
  --threads 1,2    only with so many threads
  --cases A,B      only cases whose name contains one of these: enc256/full
  --rounds N       measure each case so often; default 15, and 3 with --quick
  --quick          fewer cases and rounds, one thread: about two minutes for all suites
  --json FILE      write the results as JSON
  --html FILE      write the results as a page with plots
  --docs           write docs/benchmarks.md
  --from FILE      measure nothing; take the results that --json wrote
  --ceilings S,R   GFLOP/s that a product can reach on a thread, with SIMD128 and with relaxed SIMD; the floor of
                   a step is reckoned with them; default ${zen4Ceilings.simd128},${zen4Ceilings.relaxedSimd}
`

export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      systems: { type: 'string' },
      threads: { type: 'string' },
      cases: { type: 'string', default: '' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      html: { type: 'string' },
      docs: { type: 'boolean', default: false },
      from: { type: 'string' },
      ceilings: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const systems = listOf(values.systems ?? systemNames.join())
  checkNames(
    'suite',
    positionals,
    suites.map(({ name }) => name),
  )
  checkNames('system', systems, systemNames)
  return {
    suites: suites.filter(({ name, onGpu }) =>
      positionals.length === 0 ? !onGpu : positionals.includes(name),
    ),
    systems: systemNames.filter((name) => systems.includes(name)),
    threads: listOf(values.threads ?? (values.quick ? '1' : '1,2')).map((text) => countOf('--threads', text)),
    cases: listOf(values.cases),
    quick: values.quick,
    rounds: values.rounds === undefined ? undefined : countOf('--rounds', values.rounds),
    json: values.json,
    html: values.html,
    docs: values.docs,
    from: values.from,
    ceilings: ceilingsOf(values.ceilings),
    help: values.help,
  }
}

function ceilingsOf(text: string | undefined): Options['ceilings'] {
  if (text === undefined) return zen4Ceilings
  const [simd128, relaxedSimd] = listOf(text).map(Number)
  if (simd128! > 0 && relaxedSimd! > 0) return { simd128: simd128!, relaxedSimd: relaxedSimd! }
  throw new Error(`--ceilings: expected two numbers as in 44,55, got '${text}'`)
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function checkNames(what: string, given: readonly string[], known: readonly string[]): void {
  const unknown = given.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Error(`unknown ${what} '${unknown}'; expected ${known.join(', ')}`)
}

function countOf(option: string, text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw new Error(`${option}: expected a whole number above 0, got '${text}'`)
}
