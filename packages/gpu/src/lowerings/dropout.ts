export const dropoutKernels = {}
