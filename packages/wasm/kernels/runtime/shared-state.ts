/** Addresses of what all threads share, in the first kilobyte, each on a cache line of its own. */

/** Changes with every program; workers wait for it. */
export const EPOCH: usize = 64
/** Threads that have reached the barrier. */
export const ARRIVED: usize = 128
/** Grows by two whenever all have reached it; odd after a kernel has halted the program. */
export const GENERATION: usize = 192
/** Threads that sleep at the barrier. */
export const SLEEPERS: usize = 256
/** 1 after a worker trapped: nobody waits for it any more. */
export const FAILED: usize = 320
/** 1 after a kernel met a number that its operation refuses; then which guard, where, and the number. */
export const HALTED: usize = 384
export const HALTED_GUARD: usize = 388
export const HALTED_POSITION: usize = 392
export const HALTED_VALUE: usize = 396

/** Ends the program after this command, for the host to raise the error of `guard`. The first call counts. */
export function halt(guard: i32, position: i32, value: i32): void {
  if (atomic.cmpxchg<i32>(HALTED, 0, 1) != 0) return
  store<i32>(HALTED_GUARD, guard)
  store<i32>(HALTED_POSITION, position)
  store<i32>(HALTED_VALUE, value)
}
