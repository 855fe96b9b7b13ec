import type { Results } from './results.js'
import type { Row } from './run-case.js'

const colours = ['#2563eb', '#0e7490', '#d97706', '#16a34a', '#9333ea', '#dc2626', '#64748b', '#be185d']
const labelWidth = 290
const plotWidth = 560
const rowHeight = 22

/** A page of its own: a plot for each suite, with nothing to load. */
export function pageOf({ machine, date, systems, absent, rows }: Results): string {
  const names = [...new Set(systems.map(({ name }) => name))]
  const colourOf = (system: string) => colours[names.indexOf(system) % colours.length]!
  const suites = [...new Set(rows.map(({ suite }) => suite))]
  const legend = names
    .map((name) => `<span><i style="background:${colourOf(name)}"></i>${htmlText(name)}</span>`)
    .join(' ')
  const plots = suites.map((suite) => {
    const own = rows.filter((row) => row.suite === suite)
    return `<h2>${htmlText(suite)}</h2>\n${plotOf(own, colourOf)}`
  })
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Gyre benchmarks</title>
<style>
  body { font: 14px/1.5 system-ui, sans-serif; max-width: 900px; margin: 2em auto; color: #1e293b; background: #fff }
  i { display: inline-block; width: 10px; height: 10px; border-radius: 5px; margin-right: 4px }
  span { margin-right: 1em }
  text { font: 12px system-ui, sans-serif; fill: #334155 }
</style>
<h1>Benchmarks</h1>
<p>${htmlText(machine)}, ${htmlText(date)}. Milliseconds of one run on a logarithmic scale: a mark at the minimum, a line to
the median. Filled: one thread; hollow: more.</p>
<p>${legend}</p>
${absent.map(({ system, reason }) => `<p>${htmlText(system)} is absent: ${htmlText(reason)}.</p>`).join('\n')}
${plots.join('\n')}
</html>
`
}

/** A line for each case, a mark for each system. */
function plotOf(rows: readonly Row[], colourOf: (system: string) => string): string {
  const cases = [...new Set(rows.map((row) => row.case))]
  const low = Math.floor(Math.log10(Math.min(...rows.map(({ msMin }) => msMin))))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...rows.map(({ msMedian }) => msMedian)))))
  const x = (ms: number) => labelWidth + ((Math.log10(ms) - low) / (high - low)) * plotWidth
  const height = cases.length * rowHeight
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => low + i).map(
    (power) =>
      `<line x1="${x(10 ** power)}" x2="${x(10 ** power)}" y2="${height}" stroke="#e2e8f0"/>` +
      `<text x="${x(10 ** power)}" y="${height + 16}" text-anchor="middle">${10 ** power}</text>`,
  )
  const marks = cases.map((name, index) => {
    const y = (index + 0.5) * rowHeight
    const label = `<text x="${labelWidth - 12}" y="${y + 4}" text-anchor="end">${htmlText(name)}</text>`
    return (
      label +
      rows
        .filter((row) => row.case === name)
        .map((row) => markOf(row, y, x, colourOf(row.system)))
        .join('')
    )
  })
  return `<svg viewBox="0 0 ${labelWidth + plotWidth + 30} ${height + 24}" role="img">${ticks.join('')}${marks.join('\n')}</svg>`
}

function markOf(row: Row, y: number, x: (ms: number) => number, colour: string): string {
  const { system, threads, msMin, msMedian } = row
  const title = `${system}, ${threads} ${threads === 1 ? 'thread' : 'threads'}: ${msMin.toPrecision(3)} ms, median ${msMedian.toPrecision(3)} ms`
  return (
    `<g stroke="${colour}"><title>${htmlText(title)}</title>` +
    `<line x1="${x(msMin).toFixed(1)}" x2="${x(msMedian).toFixed(1)}" y1="${y}" y2="${y}" opacity="0.4"/>` +
    `<circle cx="${x(msMin).toFixed(1)}" cy="${y}" r="4" fill="${threads === 1 ? colour : '#fff'}"/></g>`
  )
}

function htmlText(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
