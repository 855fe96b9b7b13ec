/** Word addresses in the first kilobyte; those above 448 are the host's, the others kernels/runtime/shared-state.ts's. */
/** The number of programs so far, above the count of threads that run the newest, in the lowest seven bits. */
export const epoch = 64 >> 2
export const failed = 320 >> 2
export const halted = 384 >> 2
export const haltedGuard = 388 >> 2
export const haltedPosition = 392 >> 2
export const haltedValue = 396 >> 2
/** The program that workers run next: its address, and where their scratch lies. */
export const program = 448 >> 2
export const scratch = 456 >> 2
export const scratchStride = 460 >> 2
/** Workers that have begun to wait for programs. */
export const ready = 464 >> 2
