// Adapts the published stories260K to tinyshakespeare with four methods and three seeds, each by the command that the
// lesson docs/fine-tune-a-real-checkpoint.md shows, and writes the table into docs/results.md. In the root folder:
//   node benchmarks/studies/real-checkpoint.mjs FOLDER
// where FOLDER holds stories260K/ (config.json, model.safetensors, tokenizer.json) and tinyshakespeare/input.txt. A run
// that is there already is not made again, so an interrupted study goes on where it was.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const folder = process.argv[2]
if (folder === undefined || !existsSync(join(folder, 'stories260K/config.json'))) {
  process.stderr.write('expected a folder with stories260K/ and tinyshakespeare/\n')
  process.exit(1)
}

const seeds = [0, 1, 2]
const attention = ['q_proj', 'k_proj', 'v_proj', 'o_proj'].map((name) => `${name}/16`)
const feedForward = ['gate_proj', 'up_proj', 'down_proj'].map((name) => `${name}/4`)
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
    method: `bca:p=${[...attention, ...feedForward].join('+')}:scale=false`,
    targets: 'all-linear',
    rate: 3e-3,
  },
  {
    name: 'lora-8',
    title: 'LoRA r=8',
    method: 'lora:r=8:alpha=8',
    targets: 'all-linear',
    rate: 1e-2,
  },
  {
    name: 'full',
    title: 'full but for the embeddings',
    method: 'full:freeze=embed_tokens',
    targets: 'all-linear',
    rate: 3e-3,
  },
]

for (const seed of seeds) for (const row of rows) run(row, seed)
writeTable()

function run({ name, method, targets, rate }, seed) {
  const out = outputFolder(name, seed)
  if (existsSync(`${out}.json`)) return
  const options = {
    model: join(folder, 'stories260K'),
    task: 'lm',
    data: join(folder, 'tinyshakespeare/input.txt'),
    method,
    targets,
    out,
    steps: 600,
    'batch-size': 16,
    'sequence-length': 128,
    'learning-rate': rate,
    'warmup-steps': 20,
    seed,
  }
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  process.stderr.write(`gyre finetune ${words.join(' ')}\n`)
  const command = ['run', '--silent', 'gyre', '--', 'finetune', '--json', ...words]
  const { status, stdout } = spawnSync('npm', command, { stdio: ['ignore', 'pipe', 'inherit'] })
  if (status !== 0) process.exit(1)
  mkdirSync(dirname(out), { recursive: true })
  writeFileSync(`${out}.json`, stdout)
}

function writeTable() {
  const lines = rows.map(({ name, title, rate }) => {
    const runs = seeds.map((seed) => JSON.parse(readFileSync(`${outputFolder(name, seed)}.json`)))
    const losses = runs.map(({ heldOut }) => heldOut.loss)
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length
    return `| ${title} | ${runs[0].adapter.toLocaleString('en')} | ${rate} | ${losses.map((loss) => loss.toFixed(3)).join(', ')} | ${mean.toFixed(3)} |`
  })
  const table = [
    '| method | trained | rate | loss per token by seed | mean |',
    '| --- | ---: | ---: | --- | ---: |',
    ...lines,
  ].join('\n')
  const document = 'docs/results.md'
  const text = readFileSync(document, 'utf8')
  const marks = ['<!-- stories260K -->', '<!-- /stories260K -->']
  const [begin, end] = marks.map((mark) => text.indexOf(mark))
  if (begin < 0 || end < begin) throw new Error(`${document}: expected ${marks.join(' and ')}`)
  writeFileSync(document, `${text.slice(0, begin)}${marks[0]}\n\n${table}\n\n${text.slice(end)}`)
}

function outputFolder(name, seed) {
  return `.gyre/studies/real-checkpoint/${name}-${seed}`
}
