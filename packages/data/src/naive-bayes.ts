import type { Example } from './dataset.js'

/**
 * Multinomial naive Bayes on lower-case words with add-one smoothing: what counting words alone can tell, and so
 * what a trained model must beat. Yields the accuracy on the held-out examples.
 *
 * @source Manning, Raghavan, Schütze: Introduction to Information Retrieval. 2008, figure 13.2. Words that never
 * occur in training are left out.
 */
export function naiveBayesAccuracy(train: readonly Example[], heldOut: readonly Example[]): number {
  const classCount = 1 + train.reduce((highest, { label }) => Math.max(highest, label), 0)
  const examplesOf = new Float64Array(classCount)
  const wordsOf = new Float64Array(classCount)
  const countsOf = new Map<string, Float64Array>()
  for (const example of train) {
    examplesOf[example.label]!++
    for (const word of wordsIn(example)) {
      let counts = countsOf.get(word)
      if (!counts) {
        counts = new Float64Array(classCount)
        countsOf.set(word, counts)
      }
      counts[example.label]!++
      wordsOf[example.label]!++
    }
  }
  let right = 0
  for (const example of heldOut) {
    const scores = examplesOf.map(Math.log)
    for (const word of wordsIn(example)) {
      const counts = countsOf.get(word)
      if (!counts) continue
      for (let label = 0; label < classCount; label++) {
        scores[label]! += Math.log((counts[label]! + 1) / (wordsOf[label]! + countsOf.size))
      }
    }
    if (scores.indexOf(Math.max(...scores)) === example.label) right++
  }
  return right / heldOut.length
}

/** The accuracy on the held-out examples of always saying the most frequent class of the training examples. */
export function majorityAccuracy(train: readonly Example[], heldOut: readonly Example[]): number {
  const counts = new Map<number, number>()
  for (const { label } of train) counts.set(label, (counts.get(label) ?? 0) + 1)
  const [majority] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))
  return heldOut.filter(({ label }) => label === majority).length / heldOut.length
}

function wordsIn({ text, textPair }: Example): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? []
  return textPair === undefined ? words : [...words, ...wordsIn({ text: textPair, label: 0 })]
}
