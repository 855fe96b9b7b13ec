export const crossEntropyKernels = {}
