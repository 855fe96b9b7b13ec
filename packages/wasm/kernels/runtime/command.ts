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
  /** Whether it is the program's last. A thread that has passed the last barrier must not read the program again. */
  last: i32
}
