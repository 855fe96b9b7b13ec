import { gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

/** Prints what all scripts and styles weigh together, compressed; Vite prints each. */
export function pageWeight(): Plugin {
  return {
    name: 'gyre:page-weight',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const sizes = Object.values(bundle)
          .filter(({ fileName }) => /\.(js|css)$/.test(fileName))
          .map((file) => gzipSync(file.type === 'chunk' ? file.code : file.source).length)
        const total = sizes.reduce((sum, size) => sum + size, 0)
        this.info(`scripts and styles: ${(total / 1000).toFixed(0)} kB in ${sizes.length} files, with gzip`)
      },
    },
  }
}
