export const blockCirculantKernels = {}
