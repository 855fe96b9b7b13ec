/** What something costs and what it reaches. */
export interface Tradeoff {
  readonly cost: number
  readonly value: number
}

/**
 * Those that no other one beats: another that costs no more and reaches no less, and is better in one of the two. From
 * the cheapest on.
 */
export function paretoFront<Item extends Tradeoff>(
  items: readonly Item[],
  better: 'lower' | 'higher',
): Item[] {
  const sign = better === 'higher' ? 1 : -1
  const sorted = [...items].sort((a, b) => a.cost - b.cost || sign * (b.value - a.value))
  const front: Item[] = []
  for (const item of sorted) {
    const best = front.at(-1)
    const equals = best?.cost === item.cost && best.value === item.value
    if (best === undefined || equals || sign * item.value > sign * best.value) front.push(item)
  }
  return front
}
