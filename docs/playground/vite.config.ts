import { join } from 'node:path'
import { defineConfig, type Rolldown } from 'vite'
import { pageWeight } from './build/page-weight.js'
import { serviceWorkerFile, serviceWorkerPlugin } from './build/service-worker-plugin.js'

const root = import.meta.dirname

/** What lets a page share memory among threads. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** A package that is fetched when it is needed is a chunk named like the package, not like its `src/index.ts`. */
function chunkName({ name, facadeModuleId }: Rolldown.PreRenderedChunk): string {
  const owner = /packages\/(\w+)\/src\/(?:\w+\/)*index\.ts$/.exec(facadeModuleId ?? '')?.[1] ?? name
  return `assets/${owner}-[hash].js`
}

export default defineConfig({
  root,
  // Any folder of any file server will do.
  base: './',
  resolve: { conditions: ['@gyre/source', 'browser'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es', rolldownOptions: { output: { chunkFileNames: chunkName } } },
  plugins: [serviceWorkerPlugin(), pageWeight()],
  server: { headers: isolation },
  preview: { headers: isolation },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    modulePreload: { polyfill: false },
    // gpu.js, which only those fetch that ask for it.
    chunkSizeWarningLimit: 800,
    rolldownOptions: {
      input: {
        index: join(root, 'index.html'),
        'service-worker': join(root, 'src/service-worker.ts'),
      },
      output: {
        entryFileNames: ({ name }) =>
          name === 'service-worker' ? serviceWorkerFile : 'assets/[name]-[hash].js',
        chunkFileNames: chunkName,
      },
    },
  },
})
