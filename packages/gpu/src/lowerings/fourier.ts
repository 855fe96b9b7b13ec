export const fourierKernels = {}
