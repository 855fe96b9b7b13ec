import { describe, expect, it } from 'vitest'
import { majorityClass, trainNaiveBayes } from './naive-bayes.js'

describe('trainNaiveBayes', () => {
  it('decides as the textbook example does: five times Chinese outweighs Tokyo and Japan', () => {
    const train = [
      { text: 'Chinese Beijing Chinese', label: 1 },
      { text: 'Chinese Chinese Shanghai', label: 1 },
      { text: 'Chinese Macao', label: 1 },
      { text: 'Tokyo Japan Chinese', label: 0 },
    ]
    const classifier = trainNaiveBayes(train, 2)
    // P(yes) ∝ 3/4 (3/7)^3 (1/14)^2 = 0.0003, P(no) ∝ 1/4 (2/9)^3 (2/9)^2 = 0.0001; with one Chinese less it turns.
    expect(classifier.predict({ text: 'Chinese Chinese Chinese Tokyo Japan' })).toBe(1)
    expect(classifier.predict({ text: 'Chinese Tokyo Japan' })).toBe(0)
  })

  it('passes over case, punctuation and words that it never saw', () => {
    const classifier = trainNaiveBayes(
      [
        { text: 'good film', label: 0 },
        { text: 'poor film', label: 1 },
      ],
      2,
    )
    expect(classifier.predict({ text: 'POOR!' })).toBe(1)
    expect(classifier.predict({ text: 'poor unheard of words' })).toBe(1)
  })

  it('falls back to the more frequent class where no word is known, and never to an absent one', () => {
    const train = [
      { text: 'a', label: 2 },
      { text: 'b', label: 2 },
      { text: 'c', label: 1 },
    ]
    expect(trainNaiveBayes(train, 4).predict({ text: 'unknown' })).toBe(2)
    expect(trainNaiveBayes(train, 4).predict({ text: '' })).toBe(2)
  })

  it('reads the second text of a pair too', () => {
    const train = [
      { text: 'same', textPair: 'yes', label: 0 },
      { text: 'same', textPair: 'no', label: 1 },
    ]
    expect(trainNaiveBayes(train, 2).predict({ text: 'same', textPair: 'no' })).toBe(1)
  })

  it('counts words that are named like object members', () => {
    const train = [
      { text: 'constructor', label: 1 },
      { text: 'toString', label: 0 },
    ]
    expect(trainNaiveBayes(train, 2).predict({ text: 'constructor' })).toBe(1)
  })
})

describe('majorityClass', () => {
  it('is the most frequent class, and of equally frequent ones the lowest', () => {
    expect(majorityClass([{ label: 3 }, { label: 1 }, { label: 3 }])).toBe(3)
    expect(majorityClass([{ label: 3 }, { label: 1 }])).toBe(1)
  })
})
