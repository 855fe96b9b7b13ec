import { runKernel } from '../dispatch.generated'
import { Command } from './command'
import { ARRIVED, FAILED, GENERATION, HALTED, SLEEPERS } from './shared-state'

export const PROGRAM_ENDED: i32 = 0
export const PROGRAM_HALTED: i32 = 1
export const WORKER_LOST: i32 = 2

// About 20 microseconds: longer than the threads' parts of a command usually differ, shorter than a time slice.
const SPINS: i32 = 20_000
const SLEEP_NANOSECONDS: i64 = 100_000_000
/** After so many sleeps, twenty seconds, a thread that does not come is taken for lost. */
const MAX_SLEEPS: i32 = 200
/** After so many looks, some twenty seconds too, for a thread that must not sleep. */
const MAX_LOOKS: i64 = 20_000_000_000

/**
 * Runs a program; every thread calls it at once. Thread 0 alone runs what is not cut; chunks of the rest go to
 * whoever is free. `maySleep` is false where a thread must not block, in a page.
 */
export function runProgram(program: usize, thread: i32, threads: i32, scratch: usize, maySleep: bool): i32 {
  let command = changetype<Command>(program)
  while (command.kernel >= 0) {
    const args = changetype<usize>(command) + offsetof<Command>()
    const chunks = command.chunks
    const last = command.last
    if (threads == 1) {
      for (let chunk = 0; chunk < chunks; chunk++) runKernel(command.kernel, args, chunk, scratch)
      if (load<i32>(HALTED)) return PROGRAM_HALTED
    } else {
      if (chunks == 1) {
        if (thread == 0) runKernel(command.kernel, args, 0, scratch)
      } else {
        const next = changetype<usize>(command) + offsetof<Command>('next')
        for (let chunk = atomic.add<i32>(next, 1); chunk < chunks; chunk = atomic.add<i32>(next, 1)) {
          runKernel(command.kernel, args, chunk, scratch)
        }
      }
      if (command.barrier) {
        if (!arrive(threads, maySleep)) return WORKER_LOST
        if (atomic.load<i32>(GENERATION) & 1) return PROGRAM_HALTED
      }
      if (last && thread > 0) return PROGRAM_ENDED
    }
    command = changetype<Command>(changetype<usize>(command) + command.bytes)
  }
  return PROGRAM_ENDED
}

/**
 * Waits until all threads have arrived; false when one of them is lost. The last to arrive notes in the lowest bit of
 * the generation whether a kernel has halted the program: the flag itself may be the next program's when a thread
 * that has slept comes to read it.
 */
function arrive(threads: i32, maySleep: bool): bool {
  const generation = atomic.load<i32>(GENERATION)
  if (atomic.add<i32>(ARRIVED, 1) == threads - 1) {
    atomic.store<i32>(ARRIVED, 0)
    atomic.store<i32>(GENERATION, ((generation & ~1) + 2) | atomic.load<i32>(HALTED))
    if (atomic.load<i32>(SLEEPERS) > 0) atomic.notify(GENERATION, threads)
    return true
  }
  for (let spin = 0; spin < SPINS; spin++) {
    if (atomic.load<i32>(GENERATION) != generation) return true
  }
  if (!maySleep) {
    for (let look: i64 = 0; look < MAX_LOOKS; look++) {
      if (atomic.load<i32>(GENERATION) != generation) return true
      if (atomic.load<i32>(FAILED)) return false
    }
    return false
  }
  let sleeps = 0
  atomic.add<i32>(SLEEPERS, 1)
  while (atomic.load<i32>(GENERATION) == generation) {
    if (atomic.load<i32>(FAILED) || ++sleeps > MAX_SLEEPS) return false
    atomic.wait<i32>(GENERATION, generation, SLEEP_NANOSECONDS)
  }
  atomic.sub<i32>(SLEEPERS, 1)
  return true
}
