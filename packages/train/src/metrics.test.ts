import { describe, expect, it } from 'vitest'
import { accuracy, f1, matthews, pearson, spearman } from './metrics.js'

describe('accuracy', () => {
  it('is the share of right predictions', () => {
    expect(accuracy([1, 0, 2, 1], [1, 1, 2, 0])).toBe(0.5)
    expect(accuracy([3], [3])).toBe(1)
  })
})

describe('f1', () => {
  it('is 2TP / (2TP + FP + FN) of class 1', () => {
    // Two true positives, one false positive, two false negatives.
    expect(f1([1, 1, 1, 0, 0, 0], [1, 1, 0, 1, 1, 0])).toBeCloseTo(4 / 7, 12)
    expect(f1([1, 0], [1, 0])).toBe(1)
  })

  it('is 0 when nobody says 1, and when everybody is wrong', () => {
    expect(f1([0, 0], [0, 0])).toBe(0)
    expect(f1([1, 0], [0, 1])).toBe(0)
  })
})

describe('matthews', () => {
  it('is (TP TN - FP FN) / √((TP+FP)(TP+FN)(TN+FP)(TN+FN)) for two classes', () => {
    // TP 3, TN 2, FP 1, FN 2.
    const predictions = [1, 1, 1, 0, 0, 1, 0, 0]
    const labels = [1, 1, 1, 0, 0, 0, 1, 1]
    expect(matthews(predictions, labels)).toBeCloseTo((3 * 2 - 1 * 2) / Math.sqrt(4 * 5 * 3 * 4), 12)
  })

  it('is Gorodkin’s correlation for three classes', () => {
    // 4 of 6 right; predicted 3, 2, 1 and true 2, 2, 2 times: (4·6 - 12) / √((36 - 14)(36 - 12)).
    expect(matthews([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 2, 2])).toBeCloseTo(12 / Math.sqrt(22 * 24), 12)
  })

  it('is 1 when all is right, -1 when two classes are swapped, and 0 when one side is constant', () => {
    expect(matthews([0, 1, 2, 1], [0, 1, 2, 1])).toBeCloseTo(1, 12)
    expect(matthews([0, 1, 1, 0], [1, 0, 0, 1])).toBeCloseTo(-1, 12)
    expect(matthews([1, 1, 1], [0, 1, 1])).toBe(0)
    expect(matthews([0, 1, 1], [1, 1, 1])).toBe(0)
  })
})

describe('pearson', () => {
  it('is the covariance over both deviations', () => {
    // Deviations -1, 0, 1 and -4/3, -1/3, 5/3: 3 / √(2 · 14/3).
    expect(pearson([1, 2, 3], [1, 2, 4])).toBeCloseTo(3 / Math.sqrt(28 / 3), 12)
    expect(pearson([1, 2, 3], [10, 8, 6])).toBeCloseTo(-1, 12)
  })

  it('is 0 when one side is constant', () => {
    expect(pearson([2, 2, 2], [1, 2, 3])).toBe(0)
    expect(pearson([1, 2, 3], [5, 5, 5])).toBe(0)
  })
})

describe('spearman', () => {
  it('sees order alone', () => {
    expect(spearman([1, 2, 3, 4], [1, 10, 100, 1000])).toBeCloseTo(1, 12)
    expect(spearman([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1, 12)
  })

  it('gives equal values their mean rank', () => {
    // Ranks 0, 1.5, 1.5, 3 and 0, 1, 2, 3: the covariance is 4.5, the variances 4.5 and 5.
    expect(spearman([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12)
  })
})
