/** Whether every surrogate has its other half, so that the text has a UTF-8 encoding. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}
