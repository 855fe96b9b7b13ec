export const matmulKernels = {}
