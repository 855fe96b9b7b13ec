import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder of this run of all tests, for what several files of tests need. */
    readonly scratchFolder: string
  }
}

/** Before all tests: a folder for them, removed after the last. */
export default function provideScratchFolder({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'gyre-tests-'))
  provide('scratchFolder', folder)
  return () => rmSync(folder, { recursive: true, force: true })
}
