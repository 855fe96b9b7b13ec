import { blockCirculant, toDense } from '@gyre/circulant'
import { Linear, Module, normal } from '@gyre/nn'
import { type Initializer, Parameter, relu, type Tensor } from '@gyre/tensor'

/** Widths and numbers of layers. */
export interface NetworkSize {
  /** Inputs and outputs of every layer. */
  readonly width: number
  readonly layers: number
  /** Fewer outputs than the width are made by a fixed random matrix behind the last layer. */
  readonly outputs: number
}

/**
 * Square layers without bias, with ReLU between them; block size 1 is a dense network. The entries of a weight begin
 * with the same deviation at every block size, so outputs begin with about the variance of the inputs everywhere.
 * Shapes: `[batch, width]` → `[batch, outputs]`.
 *
 * @source He, Zhang, Ren, Sun: Delving Deep into Rectifiers. arXiv 1502.01852, section 2.2: the deviation √(2 / width).
 */
export class CirculantNetwork extends Module {
  readonly layers: readonly (Linear | BlockCirculantLayer)[]
  readonly readout: Linear | undefined
  readonly #size: NetworkSize

  constructor(size: NetworkSize, blockSize: number) {
    super()
    this.#size = size
    const { width, layers, outputs } = size
    this.layers = Array.from({ length: layers }, (_, index) => {
      // Only what ReLU halves has to begin with twice the variance.
      const weightInit = normal(Math.sqrt((index < layers - 1 ? 2 : 1) / width))
      return blockSize === 1
        ? new Linear(width, width, { bias: false, weightInit })
        : new BlockCirculantLayer(width, blockSize, weightInit)
    })
    if (outputs < width) {
      this.readout = new Linear(width, outputs, { bias: false, weightInit: normal(width ** -0.5) })
      this.readout.requiresGrad(false)
    }
  }

  override forward(x: Tensor): Tensor {
    let h = x
    for (const [index, layer] of this.layers.entries()) h = layer.forward(index === 0 ? h : relu(h))
    return this.readout?.forward(h) ?? h
  }

  /** The dense network that computes the same function. */
  toDense(): CirculantNetwork {
    const dense = new CirculantNetwork(this.#size, 1)
    for (const [index, layer] of this.layers.entries()) {
      const weight = layer instanceof BlockCirculantLayer ? toDense(layer.c.value) : layer.weight.value
      ;(dense.layers[index] as Linear).weight.assign(weight)
    }
    if (this.readout) dense.readout!.weight.assign(this.readout.weight.value)
    return dense
  }
}

/** `B x` with B block-circulant. Shapes: `[batch, width]` → the same. */
class BlockCirculantLayer extends Module {
  readonly c: Parameter

  constructor(width: number, blockSize: number, init: Initializer) {
    super()
    const blocks = width / blockSize
    this.c = new Parameter({ shape: [blocks, blocks, blockSize], dtype: 'float32' }, init)
  }

  override forward(x: Tensor): Tensor {
    return blockCirculant(x, this.c.value)
  }
}
