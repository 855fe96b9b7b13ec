import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { Plugin, Rolldown } from 'vite'

/** The script's own name: it stays the same, or browsers would not look for the next version under it. */
export const serviceWorkerFile = 'service-worker.js'

/** What the service worker's source calls the list of files. */
const placeholder = '__PAGE_FILES__'

/** A file of the build as the service worker sees it. */
interface PageFile {
  readonly path: string
  /** As the attribute `integrity` takes it. */
  readonly integrity: string
  /** Of the build itself: fetched at once. The others, models and texts, are kept when they are first asked for. */
  readonly own: boolean
}

/** Tells the service worker which files the build has, and what is in them: other contents are another version. */
export function serviceWorkerPlugin(): Plugin {
  let publicDir = ''
  return {
    name: 'gyre:service-worker',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      publicDir = config.publicDir
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const script = bundle[serviceWorkerFile]
        if (script?.type !== 'chunk') this.error(`expected ${serviceWorkerFile} among the scripts`)
        if (script.imports.length > 0) this.error(`${serviceWorkerFile} is to import nothing`)
        const files = [...ownFiles(bundle), ...publicFiles(publicDir)]
        if (!script.code.includes(placeholder)) this.error(`${serviceWorkerFile} has no ${placeholder}`)
        script.code = script.code.replace(placeholder, () => JSON.stringify(files))
      },
    },
  }
}

function ownFiles(bundle: Rolldown.OutputBundle): PageFile[] {
  return Object.values(bundle)
    .filter(({ fileName }) => fileName !== serviceWorkerFile)
    .map((file) => ({
      path: file.fileName,
      integrity: integrityOf(file.type === 'chunk' ? file.code : file.source),
      own: true,
    }))
}

function publicFiles(folder: string): PageFile[] {
  if (folder === '' || !existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((file) => ({
      path: relative(folder, file).split(sep).join('/'),
      integrity: integrityOf(readFileSync(file)),
      own: false,
    }))
}

function integrityOf(contents: string | Uint8Array): string {
  return `sha256-${createHash('sha256').update(contents).digest('base64')}`
}
