export const shapeOpsKernels = {}
