export { checkpoint } from './checkpoint.js'
export { type GradientsOf, grad, valueAndGrad, vjp, vjpOfMany } from './grad.js'
export { type GradcheckOptions, gradcheck } from './gradcheck.js'
export { Tape } from './tape.js'
