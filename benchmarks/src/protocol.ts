import type { Task } from './task.js'

/** What the benchmarks ask a system's process, a line of JSON each. */
export type Request =
  | { readonly call: 'describe' }
  /** Ends the task before it. */
  | { readonly call: 'prepare'; readonly task: Task }
  /** Runs at least so often and for at least so long. */
  | { readonly call: 'run'; readonly repetitions: number; readonly milliseconds: number }
  | { readonly call: 'memory' }

export interface Replies {
  readonly describe: { readonly description: string }
  /** Numbers of the result, evenly spaced; without them the system cannot do the task. */
  readonly prepare: {
    readonly sample?: readonly number[]
    /** Of the first run, where a system tells it. */
    readonly firstMilliseconds?: number
    readonly remark?: string
  }
  /** Mean time of one run, and processor time of all the process's threads. */
  readonly run: RunTime
  /** Megabytes, and counts of the system's own. */
  readonly memory: { readonly memory: { readonly [what: string]: number } }
}

export interface RunTime {
  readonly milliseconds: number
  readonly cpuMilliseconds: number
}

export type Reply = Replies[keyof Replies] | { readonly error: string }
