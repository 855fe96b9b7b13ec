export const adamwKernels = {}
