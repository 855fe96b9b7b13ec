// Measures how learning rates depend on the block size, as docs/gradient-explosion.md tells, and writes that page's
// tables and figures: `gyre simulate` with many outputs and with one, then adapters of stories260K on tinyshakespeare at
// a grid of rates. --data, or GYRE_DATA, names a folder with stories260K/ and tinyshakespeare/input.txt.
// In the root folder: npm run study -- gradient-explosion [--data DIR] [--part simulation|checkpoint|docs]
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { setBackend } from '@gyre/tensor'
import { wasm } from '@gyre/wasm'
import { writeSection } from './document-section.js'
import { type Flags, fail, gyre, root } from './finished-run.js'
import { runCheckpointStudy } from './gradient-explosion/checkpoint-study.js'
import { figuresOf, readResults, resultFiles, sectionsOf } from './gradient-explosion/document.js'

const { values: options } = parseArgs({
  options: { data: { type: 'string', default: process.env.GYRE_DATA }, part: { type: 'string' } },
})
const parts = { simulation: simulate, checkpoint: adaptCheckpoint, docs: writeDocument }
const names = Object.keys(parts) as (keyof typeof parts)[]
const chosen = options.part === undefined ? names : names.filter((name) => name === options.part)
if (chosen.length === 0) fail(`--part ${options.part}: expected ${names.join(', ')}`)
const results = join(root, 'benchmarks/studies/results')
for (const name of chosen) await parts[name]()

function simulate(): void {
  const run = (file: string, flags: Flags): void => {
    const out = join(root, '.gyre/studies/gradient-explosion', file)
    writeFileSync(join(results, file), gyre('simulate', { ...flags, out }))
  }
  run(resultFiles.simulation, {})
  run(resultFiles.oneOutput, { outputs: 1, optimizers: 'sgd', 'learning-rate': 0.002 })
}

async function adaptCheckpoint(): Promise<void> {
  const { data } = options
  if (data === undefined)
    fail('--data, or GYRE_DATA, should name a folder with stories260K/ and tinyshakespeare/')
  for (const path of ['stories260K', 'tinyshakespeare/input.txt'])
    if (!existsSync(join(data, path))) fail(`${join(data, path)}: there is no such file or folder`)
  // As the command does: Node 20 keeps fused multiply-add behind a flag.
  setFlagsFromString('--experimental-wasm-relaxed-simd')
  setBackend(await wasm({ threads: 1 }))
  const study = await runCheckpointStudy(data, console.error)
  writeFileSync(join(results, resultFiles.checkpoint), `${JSON.stringify(study)}\n`)
}

function writeDocument(): void {
  const found = readResults(results)
  for (const [name, section] of Object.entries(sectionsOf(found)))
    writeSection('gradient-explosion.md', name, section)
  for (const [file, figure] of Object.entries(figuresOf(found)))
    writeFileSync(join(root, 'docs', file), figure)
}
