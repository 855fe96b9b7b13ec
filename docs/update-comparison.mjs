// Puts the last comparison that `npm start` wrote into README.md and docs/comparison.svg, and the last long ones of
// each task, where there are any, into docs/results.md. In the root folder, after `npm start` and
// `npm run gyre -- compare --long` with and without `--task era`: node docs/update-comparison.mjs
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'

put('README.md', 'comparison', '.gyre/compare-moby-dick.md')
copyFileSync('.gyre/compare-moby-dick.svg', 'docs/comparison.svg')
for (const task of ['moby-dick', 'era']) {
  const comparison = `.gyre/compare-${task}-long.md`
  if (existsSync(comparison)) put('docs/results.md', task, comparison)
}

/** Replaces what stands between the marks of that name. */
function put(document, name, comparison) {
  const [first, last] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const text = readFileSync(document, 'utf8')
  const [before, after] = [text.indexOf(first), text.indexOf(last)]
  if (before < 0 || after < before) throw new Error(`${document}: expected ${first} and ${last}`)
  // The file's title is for those who read it alone.
  const table = readFileSync(comparison, 'utf8')
    .replace(/^# .*\n+/, '')
    .trim()
  writeFileSync(document, `${text.slice(0, before)}${first}\n\n${table}\n\n${text.slice(after)}`)
}
