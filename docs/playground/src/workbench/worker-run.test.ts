import { jsBackend, setBackend } from '@gyre/tensor'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gardenText, MemoryStore, tinyPage } from '../../test/tiny-page.js'
import type { RunSettings } from './contract.js'
import { RunSession } from './worker/run-session.js'
import { type RunListeners, type RunPage, WorkerRun } from './worker-run.js'

let fetchFile: (path: string) => Promise<Blob>
beforeAll(async () => {
  fetchFile = await tinyPage()
})
afterAll(() => setBackend(jsBackend))

const settings: RunSettings = {
  base: 'decoder',
  data: { kind: 'text', fileName: 'garden.txt', text: gardenText },
  method: 'bca:p=4',
  targets: ['all-linear'],
  learningRate: 0.4,
  headLearningRate: 0.01,
  steps: 10,
  warmupSteps: 2,
  batchSize: 4,
  sequenceLength: 16,
  seed: 3,
  backend: { name: 'wasm', threads: 1 },
}

/** A page whose workers run in this thread, and can be told to crash. */
class TestPage implements RunPage {
  readonly store = new MemoryStore()
  readonly forgotten: string[] = []
  readonly listeners: RunListeners[] = []
  terminated = 0

  readonly startWorker: RunPage['startWorker'] = (listeners) => {
    let alive = true
    this.listeners.push(listeners)
    const session = new RunSession({
      fetchFile,
      store: this.store,
      emit: (event) => queueMicrotask(() => alive && listeners.onEvent(structuredClone(event))),
    })
    return {
      post: (request) => session.handle(structuredClone(request)),
      terminate: () => {
        alive = false
        this.terminated++
      },
    }
  }
  readonly savedStep = async (id: string) => this.store.states.get(id)?.step
  readonly forget = async (id: string) => {
    this.forgotten.push(id)
  }
}

const begin = (page: RunPage, given = settings): WorkerRun =>
  new WorkerRun('a', { type: 'train', filesAt: '', id: 'a', settings: given }, page)

async function untilStatus(run: WorkerRun, status: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = run.status.subscribe((now) => {
      if (now !== status) return
      resolve()
      queueMicrotask(() => stop())
    })
  })
}

describe('a run on the page', () => {
  it('shows what its worker tells, and answers until it is removed', async () => {
    const page = new TestPage()
    const run = begin(page)
    await untilStatus(run, 'finished')
    expect(run.steps.value.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(run.measured.value.map(({ step }) => step)).toEqual([0, 5, 10])
    expect(run.facts.value?.kind).toBe('language-model')
    expect((await run.ask('my rose')).kind).toBe('text')
    await expect(run.ask('')).rejects.toThrow(/^the text is empty$/)
    expect((await run.exportFiles()).map(({ name }) => name)).toContain('adapter_model.safetensors')
    const unanswered = run.ask('an apple')
    await Promise.all([expect(unanswered).rejects.toThrow(/^the run was removed$/), run.remove()])
    expect([page.terminated, page.forgotten]).toEqual([1, ['a']])
    await expect(run.ask('a storm')).rejects.toThrow(/^the run was removed$/)
  })

  it('goes on with another worker where the first one crashed', async () => {
    const page = new TestPage()
    const run = begin(page)
    run.pause()
    await untilStatus(run, 'paused')
    run.resume()
    await untilStatus(run, 'training')
    run.pause()
    await untilStatus(run, 'paused')
    const done = run.steps.value.length
    const [first] = page.listeners
    first!.onCrash('the worker ended')
    await untilStatus(run, 'failed')
    expect(run.failure.value).toEqual({ sentence: 'the worker ended', savedStep: done || undefined })
    run.continueOn({ name: 'js' })
    expect(run.settings.value?.backend).toEqual({ name: 'js' })
    // What the first worker says now is nobody's.
    first!.onEvent({ type: 'remark', sentence: 'too late' })
    await untilStatus(run, 'finished')
    expect(run.remarks.value).toEqual([])
    expect(run.failure.value).toBeUndefined()
    expect(run.steps.value.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('ends its worker where the run fails', async () => {
    const page = new TestPage()
    const run = begin(page, { ...settings, method: 'none' })
    await untilStatus(run, 'failed')
    expect(run.failure.value?.sentence).toMatch(/unknown method 'none'/)
    expect(page.terminated).toBe(1)
    await expect(run.exportFiles()).rejects.toThrow(/unknown method 'none'/)
  })
})
