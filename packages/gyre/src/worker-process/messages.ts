/** What a worker process tells the process that started it. */
export type WorkerMessage<Result> =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number; readonly detail: string }
  | { readonly kind: 'result'; readonly result: Result }
  /** `expected` tells a sentence for the user from the stack of a bug. */
  | { readonly kind: 'error'; readonly message: string; readonly expected: boolean }

/** Hears how far a job is: `done` of `total` steps. */
export type OnProgress = (done: number, total: number, detail: string) => void
