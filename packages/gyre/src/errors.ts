import { GyreError, isGyreError } from '@gyre/tensor'

/** A command line that cannot be run as it was given. */
export class UsageError extends GyreError {}

/** What an expected error says, on one line; undefined for a bug. */
export function sentenceOf(error: unknown): string | undefined {
  // A parser's message may quote a file over several lines.
  if (isGyreError(error)) return error.message.replace(/\s*\n\s*/g, ' ')
  return isSystemError(error) ? systemSentence(error) : undefined
}

/** What the operating system refused: a folder that cannot be written, a disk that is full. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string'
}

const systemProblems: { readonly [code: string]: string } = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a file stands where a folder is expected',
  EEXIST: 'a file stands where a folder is expected',
  EISDIR: 'a folder stands where a file is expected',
  EACCES: 'permission denied',
  ENOSPC: 'the disk is full',
  EFBIG: 'the file may not grow any further',
}

/** What an error of the operating system means, without the file. */
export function systemProblem({ code = '', message }: NodeJS.ErrnoException): string {
  return systemProblems[code] ?? message
}

function systemSentence(error: NodeJS.ErrnoException): string {
  const { code = '', path } = error
  const problem = systemProblem(error)
  if (systemProblems[code] === undefined || path === undefined) return problem
  // A file is written under a temporary name.
  return `${path.replace(/\.[\da-f-]{36}\.partial$/, '')}: ${problem}`
}
