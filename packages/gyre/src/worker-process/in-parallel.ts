/** Calls `run` for every item, `parallel` of them at a time, in their order. The first failure is the caller's. */
export async function inParallel<Item>(
  items: readonly Item[],
  parallel: number,
  run: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++
      await run(items[index]!, index)
    }
  }
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, lane))
}
