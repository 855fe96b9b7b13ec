export const normalizationKernels = {}
