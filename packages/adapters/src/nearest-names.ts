/** Names in the order of their edit distance from a word, the nearest first: for an error about a word that is unknown. */
export function nearestNames(word: string, names: Iterable<string>): string[] {
  return [...names].sort((a, b) => editDistance(a, word) - editDistance(b, word))
}

/** Levenshtein distance: insertions, deletions and substitutions from one word to the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, j) => j)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const substituted = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(substituted, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[to.length]!
}
