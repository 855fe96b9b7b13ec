/** Share of predictions that equal their label. */
export function accuracy(predictions: ArrayLike<number>, labels: ArrayLike<number>): number {
  let right = 0
  for (let i = 0; i < labels.length; i++) if (predictions[i] === labels[i]) right++
  return right / labels.length
}

/** Harmonic mean of precision and recall of class 1; 0 when neither exists. */
export function f1(predictions: ArrayLike<number>, labels: ArrayLike<number>): number {
  const { truePositives, falsePositives, falseNegatives } = binaryCounts(predictions, labels)
  const denominator = 2 * truePositives + falsePositives + falseNegatives
  return denominator === 0 ? 0 : (2 * truePositives) / denominator
}

/**
 * Matthews correlation, for any number of classes: the correlation of predictions and labels as indicator
 * vectors; 0 when either is constant.
 *
 * @source Gorodkin: Comparing two K-category assignments by a K-category correlation coefficient. 2004.
 */
export function matthews(predictions: ArrayLike<number>, labels: ArrayLike<number>): number {
  const n = labels.length
  const predicted = countValues(predictions)
  const actual = countValues(labels)
  const right = accuracy(predictions, labels) * n
  let both = 0
  for (const [value, count] of predicted) both += count * (actual.get(value) ?? 0)
  const squares = (counts: ReadonlyMap<number, number>): number =>
    [...counts.values()].reduce((sum, count) => sum + count * count, 0)
  const denominator = Math.sqrt((n * n - squares(predicted)) * (n * n - squares(actual)))
  return denominator === 0 ? 0 : (right * n - both) / denominator
}

/** Pearson's correlation; 0 when either side is constant. */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const meanA = mean(a)
  const meanB = mean(b)
  let ab = 0
  let aa = 0
  let bb = 0
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - meanA) * (b[i]! - meanB)
    aa += (a[i]! - meanA) ** 2
    bb += (b[i]! - meanB) ** 2
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb)
}

/** Spearman's correlation: Pearson's of the ranks, equal values sharing their mean rank. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return pearson(ranks(a), ranks(b))
}

function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i]! - values[j]!)
  const result = new Float64Array(values.length)
  for (let start = 0; start < order.length; ) {
    let end = start
    while (end + 1 < order.length && values[order[end + 1]!] === values[order[start]!]) end++
    for (let i = start; i <= end; i++) result[order[i]!] = (start + end) / 2
    start = end + 1
  }
  return result
}

function binaryCounts(predictions: ArrayLike<number>, labels: ArrayLike<number>) {
  let truePositives = 0
  let falsePositives = 0
  let falseNegatives = 0
  for (let i = 0; i < labels.length; i++) {
    if (predictions[i] === 1 && labels[i] === 1) truePositives++
    else if (predictions[i] === 1) falsePositives++
    else if (labels[i] === 1) falseNegatives++
  }
  return { truePositives, falsePositives, falseNegatives }
}

function countValues(values: ArrayLike<number>): Map<number, number> {
  const counts = new Map<number, number>()
  for (let i = 0; i < values.length; i++) counts.set(values[i]!, (counts.get(values[i]!) ?? 0) + 1)
  return counts
}

function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}
