// Adapts the published stories260K to tinyshakespeare with four methods and three seeds, each by the command that the
// lesson docs/fine-tune-a-real-checkpoint.md shows, and writes the table into docs/results.md. --data, or GYRE_DATA, names a
// folder with stories260K/ and tinyshakespeare/input.txt.
// In the root folder: npm run study -- real-checkpoint [--data DIR] [--out DIR]
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatSeeds, writeSection } from './document-section.js'
import { fail, finetuneOnce, root } from './finished-run.js'

const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: process.env.GYRE_DATA },
    out: { type: 'string', default: join(root, '.gyre/studies/real-checkpoint') },
  },
})
const { data, out } = options
if (data === undefined)
  fail('--data, or GYRE_DATA, should name a folder with stories260K/ and tinyshakespeare/')
const [model, text] = [join(data, 'stories260K'), join(data, 'tinyshakespeare/input.txt')]
for (const path of [model, text]) if (!existsSync(path)) fail(`${path}: there is no such file or folder`)

const sizes = (p: number, ...sites: string[]) => sites.map((site) => `${site}/${p}`).join('+')
const mixed = `${sizes(16, 'q_proj', 'k_proj', 'v_proj', 'o_proj')}+${sizes(4, 'gate_proj', 'up_proj', 'down_proj')}`
/** Rates are those that are applied: `scale=false` leaves α / p out, since blocks of two sizes learn at one rate. */
const rows = [
  {
    name: 'bca-32',
    title: 'BCA p=32 on q, v',
    method: 'bca:p=32:scale=false',
    targets: 'q_proj,v_proj',
    rate: 3e-2,
  },
  {
    name: 'bca-16-4',
    title: 'BCA p=16 on attention, p=4 on the MLP',
    method: `bca:p=${mixed}:scale=false`,
    targets: 'all-linear',
    rate: 3e-3,
  },
  { name: 'lora-8', title: 'LoRA r=8', method: 'lora:r=8:alpha=8', targets: 'all-linear', rate: 1e-2 },
  {
    name: 'full',
    title: 'full but for the embeddings',
    method: 'full:freeze=embed_tokens',
    targets: 'all-linear',
    rate: 3e-3,
  },
]

/** For each row its runs, a seed after the other for all, so that an interrupted study has whole seeds. */
const runs = new Map(rows.map(({ name }) => [name, [] as ReturnType<typeof finetuneOnce>[]]))
for (const seed of [0, 1, 2]) {
  for (const { name, method, targets, rate } of rows) {
    const settings = { steps: 600, 'batch-size': 16, 'sequence-length': 128, 'warmup-steps': 20 }
    const flags = { model, task: 'lm', data: text, method, targets, 'learning-rate': rate, seed, ...settings }
    runs.get(name)!.push(finetuneOnce(join(out, `${name}-${seed}`), flags))
  }
}

const cells = rows.map(({ name, title, rate }) => {
  const losses = runs.get(name)!.map(({ heldOut }) => heldOut.loss!)
  const each = losses.map((loss) => loss.toFixed(3)).join(', ')
  return [title, runs.get(name)![0]!.adapter.toLocaleString('en'), String(rate), each, formatSeeds(losses)]
})
const lines = [
  ['method', 'trained', 'rate', 'loss per token by seed', 'mean'],
  ['---', '---:', '---:', '---', '---:'],
  ...cells,
]
writeSection('results.md', 'stories260K', lines.map((line) => `| ${line.join(' | ')} |`).join('\n'))
