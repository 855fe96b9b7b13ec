/** Whether this is the long run (`npm run test:long`), in which some tests go through more sizes. */
export const isLongRun = process.env.GYRE_LONG_TESTS === '1'

/** All of them in the long run, otherwise every `step`th from the first on, and the last. */
export function someOf<T>(all: readonly T[], step = 2): readonly T[] {
  return isLongRun ? all : all.filter((_, i) => i % step === 0 || i === all.length - 1)
}
