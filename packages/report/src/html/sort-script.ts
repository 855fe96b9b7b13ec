/**
 * Sorts a table by the column whose title is pressed: numbers by size, texts as people sort them, what is empty last. Each
 * press turns the order; the button takes keyboards along, and `aria-sort` tells it to screen readers. A press on the name
 * of a row puts the link to it in the address.
 */
export const sortScript = `
document.addEventListener('click', ({ target }) => {
  const header = target.closest('th')
  if (header?.scope === 'row') location.hash = header.parentElement.id
  if (!header || !target.closest('button')) return
  const body = header.closest('table').tBodies[0]
  const descending = header.getAttribute('aria-sort') === 'ascending'
  for (const other of header.parentElement.cells) other.removeAttribute('aria-sort')
  header.setAttribute('aria-sort', descending ? 'descending' : 'ascending')
  const isText = header.classList.contains('text')
  const keyOf = (row) => {
    const text = row.cells[header.cellIndex].textContent
    return isText ? text : parseFloat(text.replaceAll(',', ''))
  }
  const isEmpty = (key) => key === '–' || Number.isNaN(key)
  const compare = isText ? new Intl.Collator(undefined, { numeric: true }).compare : (a, b) => a - b
  const rows = [...body.rows].map((row) => ({ row, key: keyOf(row) }))
  rows.sort((a, b) => {
    if (isEmpty(a.key) || isEmpty(b.key)) return isEmpty(a.key) - isEmpty(b.key)
    return descending ? compare(b.key, a.key) : compare(a.key, b.key)
  })
  body.append(...rows.map(({ row }) => row))
})
`

/** Of the script, as a content security policy names it: the page runs this script and no other. */
export const sortScriptHash = 'sha256-h3lDmgEzzZ2/pQJ7BxOsjKzXD8srRW5EZJB8SC4aPaw='
