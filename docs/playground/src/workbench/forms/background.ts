import type { BackgroundTasks } from './background-tasks.js'

type Name = keyof BackgroundTasks

/** Runs a task; rejects with an `Error` whose message is one sentence for the visitor. */
export type RunInBackground = <Task extends Name>(
  name: Task,
  ...parameters: Parameters<BackgroundTasks[Task]>
) => Promise<Awaited<ReturnType<BackgroundTasks[Task]>>>

/** A message to the worker, and its answer. */
export interface BackgroundRequest {
  readonly id: number
  readonly name: Name
  readonly parameters: readonly unknown[]
}
export type BackgroundAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly sentence: string }

interface Waiting {
  readonly resolve: (result: never) => void
  readonly reject: (error: Error) => void
}

/** The worker that reads files and counts costs, so that the page stays free; started when it is first needed. */
class Background {
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #lastId = 0

  readonly run: RunInBackground = (name, ...parameters) => {
    this.#worker ??= this.#start()
    const id = ++this.#lastId
    this.#worker.postMessage({ id, name, parameters } satisfies BackgroundRequest)
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  #start(): Worker {
    const worker = new Worker(new URL('./background-worker.ts', import.meta.url), { type: 'module' })
    worker.onmessage = ({ data }: MessageEvent<BackgroundAnswer>) => {
      const waiting = this.#waiting.get(data.id)
      this.#waiting.delete(data.id)
      if ('sentence' in data) waiting?.reject(new Error(data.sentence))
      else waiting?.resolve(data.result as never)
    }
    worker.onerror = () => {
      const error = new Error('The part of the page that reads files and counts costs could not be loaded.')
      for (const { reject } of this.#waiting.values()) reject(error)
      this.#waiting.clear()
      worker.terminate()
      this.#worker = undefined
    }
    return worker
  }
}

export const runInBackground: RunInBackground = new Background().run
