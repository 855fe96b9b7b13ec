const longest = 80
// Characters that change how a terminal or an editor shows the text after them.
const invisible = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** Text from a file as an error may show it: in quotes, on one line, cut when long, nothing that acts on a terminal. */
export function quote(text: string): string {
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text
  return JSON.stringify(shown).replace(
    invisible,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
