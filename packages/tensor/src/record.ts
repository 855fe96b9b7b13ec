/** Something for each named input or result of an op: one, a list, or nothing. */
export type RecordOf<T> = { readonly [name: string]: T | readonly T[] | undefined }

/** Applies `transform` to everything in a record, keeping names, lists and absences. */
export function mapRecord<T extends object, U>(
  record: RecordOf<T>,
  transform: (value: T) => U,
): { [name: string]: U | U[] | undefined } {
  const mapped: { [name: string]: U | U[] | undefined } = {}
  for (const name of Object.keys(record)) {
    const value = record[name]
    mapped[name] =
      value === undefined ? undefined : Array.isArray(value) ? value.map(transform) : transform(value as T)
  }
  return mapped
}

/** Everything in a record, in the order of its names. */
export function valuesIn<T extends object>(record: RecordOf<T>): T[] {
  return Object.values(record).flatMap((value) => (value === undefined ? [] : (value as T | T[])))
}
