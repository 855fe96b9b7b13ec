export const softmaxKernels = {}
