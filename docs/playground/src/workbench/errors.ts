import { GyreError, isGyreError } from '@gyre/tensor'

/** What a visitor can mend: a file that does not fit, a setting that is out of its range. */
export class WorkbenchError extends GyreError {}

/** An error as one sentence for the page; a bug says that it is one. */
export function sentenceOf(error: unknown): string {
  // A parser's message may quote a file over several lines.
  if (isGyreError(error)) return error.message.replace(/\s*\n\s*/g, ' ')
  if (error instanceof RangeError && /alloc|memory|array length/i.test(error.message)) {
    return `there is not enough memory (${error.message}); a smaller batch or shorter sequences need less`
  }
  return `this is a bug in Gyre: ${String(error)}`
}
