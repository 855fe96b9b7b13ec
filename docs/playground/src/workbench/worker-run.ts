import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type {
  Answer,
  FolderFile,
  Measured,
  Run,
  RunBackend,
  RunEvent,
  RunFacts,
  RunFailure,
  RunRequest,
  RunSettings,
  RunStatus,
  RunStep,
} from './contract.js'

/** What a run begins with. */
export type StartRequest = Extract<RunRequest, { readonly type: 'train' | 'load' }>

/** The worker of a run, as the page sees it. */
export interface RunWorker {
  post(request: RunRequest): void
  terminate(): void
}

export interface RunListeners {
  readonly onEvent: (event: RunEvent) => void
  /** The worker is of no use any more, and did not say so itself. */
  readonly onCrash: (sentence: string) => void
}

/** What a run needs of its page. */
export interface RunPage {
  readonly startWorker: (listeners: RunListeners) => RunWorker
  readonly savedStep: (id: string) => Promise<number | undefined>
  readonly forget: (id: string) => Promise<void>
}

/** A promise that waits for the worker. */
interface Waiting {
  readonly resolve: (value: Answer | readonly FolderFile[]) => void
  readonly reject: (error: Error) => void
}

/** Steps that come within so many milliseconds are shown together: a page need not draw each. */
const togetherMilliseconds = 100

/** A run as the page holds it. Its worker lives until the run fails or is removed. */
export class WorkerRun implements Run {
  readonly id: string
  readonly settings: ReadonlySignal<RunSettings | undefined>
  readonly status = signal<RunStatus>('preparing')
  readonly doing = signal<string | undefined>(undefined)
  readonly facts = signal<RunFacts | undefined>(undefined)
  readonly steps = signal<readonly RunStep[]>([])
  readonly measured = signal<readonly Measured[]>([])
  readonly remarks = signal<readonly string[]>([])
  readonly failure = signal<RunFailure | undefined>(undefined)
  readonly #page: RunPage
  readonly #request: Signal<StartRequest>
  readonly #waiting = new Map<number, Waiting>()
  #worker: RunWorker | undefined
  #questions = 0
  #newSteps: RunStep[] = []
  #showing: ReturnType<typeof setTimeout> | undefined

  constructor(id: string, request: StartRequest, page: RunPage) {
    this.id = id
    this.#page = page
    this.#request = signal(request)
    this.settings = computed(() => {
      const { value } = this.#request
      return value.type === 'train' ? value.settings : undefined
    })
    this.#start()
  }

  pause(): void {
    this.#worker?.post({ type: 'pause' })
  }

  resume(): void {
    this.#worker?.post({ type: 'resume' })
  }

  continueOn(backend: RunBackend): void {
    if (this.status.peek() !== 'failed') return
    const request = this.#request.peek()
    batch(() => {
      this.#request.value =
        request.type === 'train'
          ? { ...request, settings: { ...request.settings, backend } }
          : { ...request, backend }
      this.status.value = 'preparing'
      this.failure.value = undefined
      this.facts.value = undefined
      this.remarks.value = []
      // The worker gives again what was saved.
      this.steps.value = []
      this.measured.value = []
    })
    this.#start()
  }

  ask(text: string): Promise<Answer> {
    return this.#question<Answer>((question) => ({ type: 'ask', question, text }))
  }

  exportFiles(): Promise<readonly FolderFile[]> {
    return this.#question<readonly FolderFile[]>((question) => ({ type: 'export', question }))
  }

  async remove(): Promise<void> {
    this.#end('the run was removed')
    await this.#page.forget(this.id)
  }

  #start(): void {
    // What a worker has sent may still arrive after its end.
    const ifCurrent =
      <T>(action: (argument: T) => void) =>
      (argument: T): void => {
        if (this.#worker === worker) action(argument)
      }
    const worker = this.#page.startWorker({
      onEvent: ifCurrent((event: RunEvent) => batch(() => this.#take(event))),
      onCrash: ifCurrent((sentence: string) => this.#crash(sentence)),
    })
    this.#worker = worker
    worker.post(this.#request.peek())
  }

  #take(event: RunEvent): void {
    if (event.type === 'steps') {
      this.#newSteps.push(...event.steps)
      this.#showing ??= setTimeout(() => this.#showSteps(), togetherMilliseconds)
      return
    }
    // What is told after steps is seen after them.
    this.#showSteps()
    switch (event.type) {
      case 'status':
        this.status.value = event.status
        this.doing.value = event.doing
        return
      case 'facts':
        this.facts.value = event.facts
        return
      case 'measured':
        this.measured.value = [...this.measured.peek(), event.measured]
        return
      case 'remark':
        this.remarks.value = [...this.remarks.peek(), event.sentence]
        return
      case 'answer':
        this.#settle(event.question, ({ resolve }) => resolve(event.answer))
        return
      case 'exported':
        this.#settle(event.question, ({ resolve }) => resolve(event.files))
        return
      case 'refused':
        this.#settle(event.question, ({ reject }) => reject(new Error(event.sentence)))
        return
      case 'failed':
        this.#fail(event)
    }
  }

  #showSteps(): void {
    clearTimeout(this.#showing)
    this.#showing = undefined
    if (this.#newSteps.length === 0) return
    this.steps.value = [...this.steps.peek(), ...this.#newSteps]
    this.#newSteps = []
  }

  #question<T extends Answer | readonly FolderFile[]>(make: (question: number) => RunRequest): Promise<T> {
    const worker = this.#worker
    if (worker === undefined) {
      const sentence = this.failure.peek()?.sentence ?? 'the run was removed'
      return Promise.reject(new Error(sentence))
    }
    const question = this.#questions++
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(question, { resolve: (value) => resolve(value as T), reject })
      worker.post(make(question))
    })
  }

  #settle(question: number, settle: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(question)
    this.#waiting.delete(question)
    if (waiting) settle(waiting)
  }

  #fail({ sentence, savedStep }: RunFailure): void {
    this.#end(sentence)
    batch(() => {
      this.status.value = 'failed'
      this.doing.value = undefined
      this.failure.value = { sentence, savedStep }
    })
  }

  async #crash(sentence: string): Promise<void> {
    this.#end(sentence)
    const savedStep = await this.#page.savedStep(this.id).catch(() => undefined)
    this.#fail({ sentence, savedStep })
  }

  #end(reason: string): void {
    this.#showSteps()
    this.#worker?.terminate()
    this.#worker = undefined
    for (const { reject } of this.#waiting.values()) reject(new Error(reason))
    this.#waiting.clear()
  }
}
