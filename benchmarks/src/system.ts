import type { Task } from './task.js'

/** What a system's module exports as its default; it lives in a process of its own. */
export interface System {
  /** Version, and what else a reader should know: `4.22.0`, `relaxed SIMD`. */
  describe(): string | Promise<string>
  /** The GPU it runs on, in the driver's own words. */
  adapter?(): string | Promise<string>
  /** Undefined when the system cannot do the task. */
  prepare(task: Task): Work | undefined | Promise<Work | undefined>
  /** Waits until the device has done what runs have queued; without it a run has ended when its call has. */
  finish?(): Promise<void>
  /** Something to tell after a task was prepared. */
  remark?(): string | undefined
  /** Megabytes and counts of its own, such as live tensors. */
  memory?(): { readonly [what: string]: number }
}

export type StartSystem = (options: { readonly threads: number }) => System | Promise<System>

/** A task that is ready to be run again and again. */
export interface Work {
  run(): void | Promise<void>
  /** The result, with which other systems' are compared. Asked for once, before the first run. */
  check(): Checked | Promise<Checked>
  /** Gives memory back. */
  end?(): void
}

/** A result; with how long the first run took, where that differs from later ones. */
export interface Checked extends ArrayLike<number> {
  readonly firstMilliseconds?: number
}

/** The losses of the first steps: the third depends on the gradients and on the update. */
export async function firstLosses(step: () => Promise<number> | number): Promise<Checked> {
  const began = performance.now()
  const first = await step()
  const firstMilliseconds = performance.now() - began
  return Object.assign([first, await step(), await step()], { firstMilliseconds })
}
