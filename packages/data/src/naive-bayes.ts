import type { Example } from './labelled-examples.js'

/** Tells the class of a text by its words alone. */
export interface WordClassifier {
  /** The most likely class; of equally likely ones the lowest. */
  predict(example: Pick<Example, 'text' | 'textPair'>): number
}

/**
 * Multinomial naive Bayes on lower-case words with add-one smoothing: what a trained model must beat. Words that
 * never occur in training are left out.
 *
 * @source Manning, Raghavan, Schütze: Introduction to Information Retrieval. 2008, figure 13.2.
 */
export function trainNaiveBayes(train: readonly Example[], classCount: number): WordClassifier {
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
  return {
    predict(example) {
      const scores = examplesOf.map(Math.log)
      for (const word of wordsIn(example)) {
        const counts = countsOf.get(word)
        if (!counts) continue
        for (let label = 0; label < classCount; label++) {
          scores[label]! += Math.log((counts[label]! + 1) / (wordsOf[label]! + countsOf.size))
        }
      }
      return scores.indexOf(Math.max(...scores))
    },
  }
}

/** The most frequent class; of equally frequent ones the lowest. */
export function majorityClass(examples: readonly Pick<Example, 'label'>[]): number {
  const counts: number[] = []
  for (const { label } of examples) counts[label] = (counts[label] ?? 0) + 1
  const highest = counts.reduce((best, count) => Math.max(best, count), 0)
  return counts.indexOf(highest)
}

function wordsIn({ text, textPair }: Pick<Example, 'text' | 'textPair'>): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? []
  return textPair === undefined ? words : [...words, ...wordsIn({ text: textPair })]
}
