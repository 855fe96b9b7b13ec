import { add, mul, type Tensor } from '@gyre/tensor'

/** The gradient of the loss plus `weightDecay / 2 · |parameter|²`: L2 regularisation. */
export function withL2(gradient: Tensor, parameter: Tensor, weightDecay: number): Tensor {
  return weightDecay === 0 ? gradient : add(gradient, mul(parameter, weightDecay))
}
