import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  // Any folder of any file server will do.
  base: './',
  resolve: { conditions: ['@gyre/source', 'browser'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022' },
})
