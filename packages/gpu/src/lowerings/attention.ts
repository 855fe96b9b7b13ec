export const attentionKernels = {}
