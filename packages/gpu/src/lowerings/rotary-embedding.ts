export const rotaryEmbeddingKernels = {}
