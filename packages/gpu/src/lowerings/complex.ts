export const complexKernels = {}
