/**
 * The first key that appears twice in one object of a valid JSON text. `JSON.parse` keeps the last value and says
 * nothing, so that two readers could see two different files.
 */
export function findDuplicateKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = []
  // Strings, and the signs that open and close objects and arrays; everything else of valid JSON is passed over.
  const token = /"(?:[^"\\]|\\.)*"|[{}[\]]/g
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const sign = match[0]
    if (sign === '{') open.push(new Set())
    else if (sign === '[') open.push(undefined)
    else if (sign === '}' || sign === ']') open.pop()
    else {
      const keys = open.at(-1)
      if (!keys || !isKey(text, token.lastIndex)) continue
      const key = JSON.parse(sign) as string
      if (keys.has(key)) return key
      keys.add(key)
    }
  }
  return undefined
}

/** Whether the string that ended at `end` is followed by a colon. */
function isKey(text: string, end: number): boolean {
  let at = end
  while (/\s/.test(text[at] ?? '')) at++
  return text[at] === ':'
}
