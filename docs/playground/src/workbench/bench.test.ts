import { signal } from '@preact/signals'
import { describe, expect, it } from 'vitest'
import { Bench, headingOf, mostRuns, newRunHeading } from './bench.js'
import type { Run, RunSettings, Runs, SavedRun } from './contract.js'

const settings = { steps: 10 } as RunSettings

/** As many runs as one asks for; what was asked of them is noted. */
function fakeRuns(saved: readonly SavedRun[] = []) {
  const asked: string[] = []
  let count = 0
  const make = (): Run => {
    const id = String(++count)
    const state = {
      settings: signal(settings),
      status: signal('training'),
      remarks: signal<readonly string[]>([]),
    }
    return { id, ...state, remove: async () => void asked.push(`remove ${id}`) } as unknown as Run
  }
  const source: Runs = {
    start: make,
    load: make,
    restore: make,
    saved: async () => saved,
    forget: async ({ id }) => void asked.push(`forget ${id}`),
  }
  return { bench: new Bench(source), asked }
}

describe('a bench', () => {
  it('holds four runs, and says that a fifth has no room', () => {
    const { bench } = fakeRuns()
    for (let run = 0; run < mostRuns; run++) expect(bench.start(settings)).toBeUndefined()
    const refusal = 'There are 4 runs already: remove one first.'
    expect(bench.start(settings)).toBe(refusal)
    expect(bench.load([], { name: 'js' })).toBe(refusal)
    expect(bench.runs.value).toHaveLength(4)
  })

  it('leads the keyboard to what was started, and on from what was removed', async () => {
    const { bench, asked } = fakeRuns()
    for (let run = 0; run < 3; run++) bench.start(settings)
    const [first, second, third] = bench.runs.value as [Run, Run, Run]
    expect(bench.focus.value).toBe(headingOf(third))
    await bench.remove(second)
    expect(bench.focus.value).toBe(headingOf(third))
    await bench.remove(third)
    expect(bench.focus.value).toBe(headingOf(first))
    await bench.remove(first)
    expect(bench.focus.value).toBe(newRunHeading)
    expect(asked).toEqual(['remove 2', 'remove 3', 'remove 1'])
  })

  it('goes on with saved runs, or forgets them, once', async () => {
    const saved = ['a', 'b'].map((id) => ({ id, settings, step: 5 }))
    const { bench, asked } = fakeRuns(saved)
    await bench.findSaved()
    expect(bench.restore(saved[0]!)).toBeUndefined()
    await bench.forget(saved[1]!)
    expect([bench.saved.value, bench.runs.value.length, asked]).toEqual([[], 1, ['forget b']])
  })

  it('would lose a run only where it could not be saved', () => {
    const { bench } = fakeRuns()
    bench.start(settings)
    expect(bench.wouldLose()).toBe(false)
    ;(bench.runs.value[0] as unknown as { remarks: { value: readonly string[] } }).remarks.value = [
      'no database',
    ]
    expect(bench.wouldLose()).toBe(true)
  })
})
