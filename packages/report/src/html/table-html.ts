import { cellText, isNumeric } from '../results/format-results.js'
import { linkName, type ReportTable, untaken } from '../results/results-report.js'
import { attributes, escapeHtml } from './markup.js'

/** A table whose columns can be sorted; each row can be linked to. */
export function tableHtml({ id, title, note, columns, rows }: ReportTable): string {
  // Most cells are numbers; texts have a class.
  const classes = columns.map((_, i) => (isNumeric(rows.map((row) => row[i])) ? undefined : 'text'))
  const titles = columns.map(
    ({ title }, i) =>
      `<th scope="col"${attributes({ class: classes[i] })}><button type="button">${escapeHtml(title)}</button></th>`,
  )
  const taken = new Set<string>()
  const lines = rows.map((row) => {
    const [head = '', ...cells] = row.map((cell, i) => cellText(cell, columns[i]!) ?? '–')
    const rest = cells.map(
      (text, i) => `<td${attributes({ class: classes[i + 1] })}>${escapeHtml(text)}</td>`,
    )
    const link = untaken(`${id}-${linkName(head)}`, taken)
    return `<tr id="${link}"><th scope="row">${escapeHtml(head)}</th>${rest.join('')}</tr>`
  })
  const table = `<table><thead><tr>${titles.join('')}</tr></thead>\n<tbody>\n${lines.join('\n')}\n</tbody></table>`
  return [
    `<h3 id="${id}">${escapeHtml(title)}${anchor(id, title)}</h3>`,
    // Wide tables scroll by themselves, with the keyboard too, and the page stays.
    `<div class="scroll" role="region" tabindex="0" aria-labelledby="${id}">${table}</div>`,
    ...(note ? [`<p class="note">${escapeHtml(note)}</p>`] : []),
  ].join('\n')
}

/** The sign behind a heading that links to it. */
export function anchor(id: string, title: string): string {
  return ` <a class="anchor" href="#${id}" aria-label="${escapeHtml(`Link to ${title}`)}">#</a>`
}
