/** The text with everything that HTML would read as markup escaped: for content and for quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** Attributes as they stand in a tag; those that are undefined or false are left out. */
export function attributes(values: {
  readonly [name: string]: string | number | boolean | undefined
}): string {
  return Object.entries(values)
    .map(([name, value]) => {
      if (value === undefined || value === false) return ''
      return value === true ? ` ${name}` : ` ${name}="${escapeHtml(String(value))}"`
    })
    .join('')
}
