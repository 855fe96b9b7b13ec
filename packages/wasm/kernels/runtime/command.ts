/**
 * One call of a kernel, as it stands in memory, followed by the kernel's arguments. Its work is cut into `chunks`
 * parts by its shapes alone, so that results do not depend on the number of threads.
 */
@unmanaged export class Command {
  /** The kernel's number; negative at the program's end. */
  kernel: i32
  chunks: i32
  /** The next chunk that nobody has begun. */
  next: i32
  /** Bytes from here to the next command. */
  bytes: i32
  /** Whether all threads wait for each other after it. */
  barrier: i32
  /**
   * Whether it is the last with a barrier. What follows is thread 0's alone: another thread that wakes after that
   * barrier must not read on, where the next program may be being written.
   */
  last: i32
}
