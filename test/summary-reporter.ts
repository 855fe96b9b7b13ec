import type { Reporter, TestModule } from 'vitest/node'

/** Ends the output with one plain line that any tool can read: `N passed, N failed`. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0
    let failed = unhandledErrors.length
    for (const module of modules) {
      // A file that fails to load has no tests to count, and still is a failure.
      if (module.state() === 'failed' && [...module.children.allTests('failed')].length === 0) failed++
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed++
        else if (state === 'failed') failed++
      }
    }
    // Printed at exit, after vitest's own summary.
    process.once('exit', () => {
      process.stdout.write(`${passed} passed, ${failed} failed\n`)
    })
  }
}
