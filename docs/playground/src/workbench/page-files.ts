import type { BaseName } from './contract.js'
import { WorkbenchError } from './errors.js'

// The files that the page is served with beside its scripts: `bases/` and `data/`.

/** Where they are. A worker's own address is another: it is told this one. */
export function pageAddress(): string {
  return new URL('.', document.baseURI).href
}

/** The folder of a base model, as seen from the page. */
export const folderOf = (base: BaseName): string => `bases/${base}`

/** A file of the page's, such as `bases/decoder/config.json`. */
export async function fetchPageFile(path: string, filesAt: string): Promise<Blob> {
  const problem = (reason: string): WorkbenchError =>
    new WorkbenchError(`${path}: the page's file could not be loaded (${reason})`)
  const response = await fetch(new URL(path, filesAt)).catch((error: Error) => {
    throw problem(error.message)
  })
  if (!response.ok) throw problem(`${response.status} ${response.statusText}`.trim())
  // Servers of single-page applications answer so for every file that they do not have.
  if (response.headers.get('content-type')?.startsWith('text/html')) {
    throw problem('the server sent a web page in its place')
  }
  return response.blob()
}
