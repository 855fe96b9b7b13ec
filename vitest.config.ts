import { defineConfig } from 'vitest/config'

const long = process.env.GYRE_LONG_TESTS === '1'
const conditions = ['@gyre/source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: long
      ? ['packages/*/src/**/*.long.test.ts', 'test/**/*.long.test.ts']
      : ['packages/*/src/**/*.test.ts', 'docs/playground/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', ...(long ? [] : ['**/*.long.test.ts'])],
    globalSetup: ['./test/build-kernels.ts', './test/software-gpu.ts'],
    setupFiles: ['./test/compare-bytes.ts'],
    pool: 'forks',
    // A process runs many files: what it has loaded, and compiled for the GPU, serves them all.
    isolate: false,
    // Compilers of GPU kernels in software take and free much memory, again and again: glibc is to keep it.
    env: {
      MALLOC_TRIM_THRESHOLD_: `${2 ** 31}`,
      MALLOC_MMAP_THRESHOLD_: `${2 ** 25}`,
      MALLOC_TOP_PAD_: `${2 ** 26}`,
    },
    // Vitest would leave one processor to itself; half of the machine, where there are two.
    maxWorkers: '100%',
    testTimeout: long ? 3_600_000 : 60_000,
    reporters: ['default', './test/summary-reporter.ts'],
  },
})
