export const embeddingKernels = {}
