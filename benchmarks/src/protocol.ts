import type { Task } from './task.js'

/** What the benchmarks ask a system's process, a line of JSON each. */
export type Request =
  | { readonly call: 'describe' }
  /** Ends the task before it. */
  | { readonly call: 'prepare'; readonly task: Task }
  /** Runs at least so often and for at least so long; a GPU is waited for after `inARow` runs, by default each. */
  | {
      readonly call: 'run'
      readonly repetitions: number
      readonly milliseconds: number
      readonly inARow?: number
    }
  | { readonly call: 'memory' }

export interface Replies {
  /** With the name of the GPU, where the system runs on one. */
  readonly describe: { readonly description: string; readonly adapter?: string | undefined }
  /** Numbers of the result, evenly spaced; without them the system cannot do the task. */
  readonly prepare: {
    readonly sample?: readonly number[] | undefined
    /** Of the first run, where a system tells it. */
    readonly firstMilliseconds?: number | undefined
    readonly remark?: string | undefined
  }
  /** Mean time of one run, and processor time of all the process's threads; a page does not know that. */
  readonly run: RunTime
  /** Megabytes, and counts of the system's own. */
  readonly memory: { readonly memory: { readonly [what: string]: number } }
}

export interface RunTime {
  readonly milliseconds: number
  readonly cpuMilliseconds?: number
}

export type Reply = Replies[keyof Replies] | { readonly error: string }
