/** Something that may be chosen. */
export interface KnapsackItem {
  /** What it takes of the budget, above 0. */
  readonly cost: number
  readonly value: number
}

/** A choice from the groups so far that no other one with at most its cost surpasses. */
interface Selection {
  readonly cost: number
  readonly value: number
  /** The last item that was added; the selection before it leads to the others. */
  readonly added?: { readonly group: number; readonly item: number; readonly to: Selection }
}

/**
 * The multiple-choice knapsack: at most one item of each group, together worth as much as possible within the budget.
 * Gives for each group the index of its item, or undefined for none.
 *
 * Exact, by dynamic programming over the selections that are not dominated. There are never more of those than
 * multiples of the costs' greatest common divisor within the budget, which is what a table over the budget would have;
 * usually there are far fewer, and unlike branch and bound it has no bad days. Of equal values the cheaper selection
 * wins, and of equal costs the one that was found first, so the result is a function of the arguments' order.
 *
 * @source Nemhauser, Ullmann: Discrete dynamic programming and capital allocation. Management Science 15(9), 1969.
 */
export function chooseWithin(
  budget: number,
  groups: readonly (readonly KnapsackItem[])[],
): (number | undefined)[] {
  let selections: Selection[] = [{ cost: 0, value: 0 }]
  for (const [group, items] of groups.entries()) {
    const extended = items.flatMap(({ cost, value }, item) =>
      selections
        .filter((to) => to.cost + cost <= budget)
        .map(
          (to): Selection => ({
            cost: to.cost + cost,
            value: to.value + value,
            added: { group, item, to },
          }),
        ),
    )
    selections = undominated([...selections, ...extended])
  }
  const chosen = new Array<number | undefined>(groups.length).fill(undefined)
  for (let step = selections.at(-1)!.added; step; step = step.to.added) chosen[step.group] = step.item
  return chosen
}

/** Ascending in cost and strictly ascending in value. */
function undominated(selections: readonly Selection[]): Selection[] {
  const kept: Selection[] = []
  // The sort is stable.
  for (const selection of selections.toSorted((a, b) => a.cost - b.cost || b.value - a.value)) {
    if (kept.length === 0 || selection.value > kept.at(-1)!.value) kept.push(selection)
  }
  return kept
}
