// Puts the last comparison that `npm start` wrote into README.md and docs/comparison.svg. In the root folder, after
// `npm start`: node docs/update-comparison.mjs
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'

const [first, last] = ['<!-- comparison -->', '<!-- /comparison -->']
const readme = readFileSync('README.md', 'utf8')
const [before, after] = [readme.indexOf(first), readme.indexOf(last)]
if (before < 0 || after < before) throw new Error(`README.md: expected ${first} and ${last}`)

// The file's title is for those who read it alone.
const comparison = readFileSync('.gyre/compare-moby-dick.md', 'utf8').replace(/^# .*\n+/, '')
writeFileSync(
  'README.md',
  `${readme.slice(0, before)}${first}\n\n${comparison.trim()}\n\n${readme.slice(after)}`,
)
copyFileSync('.gyre/compare-moby-dick.svg', 'docs/comparison.svg')
