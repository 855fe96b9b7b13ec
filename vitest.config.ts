import { defineConfig } from 'vitest/config'
import SlowestFirst from './test/slowest-first.js'

const long = process.env.GYRE_LONG_TESTS === '1'
const conditions = ['@gyre/source']

/** Tests that count what their process holds, or end its device. */
const alone = long
  ? ['test/memory.long.test.ts']
  : [
      'packages/fft/src/allocation.test.ts',
      'packages/fft/src/gpu/memory.test.ts',
      'packages/gpu/src/lost-device.test.ts',
      'test/memory.test.ts',
    ]
const others = ['**/node_modules/**', '**/dist/**', ...(long ? [] : ['**/*.long.test.ts'])]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: long
            ? ['packages/*/src/**/*.long.test.ts', 'test/**/*.long.test.ts']
            : ['packages/*/src/**/*.test.ts', 'docs/playground/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...others, ...alone],
          // A process runs many files: what it has loaded, and compiled for the GPU, serves them all.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'alone', include: alone, exclude: others } },
    ],
    globalSetup: ['./test/build-kernels.ts', './test/software-gpu.ts', './test/playground/scratch-folder.ts'],
    setupFiles: ['./test/compare-bytes.ts'],
    // A compiler of GPU kernels in software takes and frees much memory again and again: glibc is to keep it.
    env: {
      MALLOC_TRIM_THRESHOLD_: `${2 ** 31}`,
      MALLOC_MMAP_THRESHOLD_: `${2 ** 25}`,
      MALLOC_TOP_PAD_: `${2 ** 26}`,
    },
    pool: 'forks',
    // Vitest would leave one processor to itself; half of the machine, where there are two.
    maxWorkers: '100%',
    sequence: { sequencer: SlowestFirst },
    testTimeout: long ? 3_600_000 : 60_000,
    reporters: ['default', './test/summary-reporter.ts'],
  },
})
