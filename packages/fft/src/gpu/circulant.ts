import { FftLengthError, FftTypeError } from '../fft-error.js'
import { inputGradientKernel, productKernel, weightGradientKernel } from './circulant-kernels.js'
import { createGpuFft } from './create-gpu-fft.js'
import type { GpuArray } from './gpu-array.js'
import type { GpuFft } from './gpu-fft.js'
import type { GpuBackend } from './gpu-js.js'
import { type Kernel, openRunner } from './kernel-runner.js'

export interface CirculantSize {
  /** Numbers a row of x; a multiple of the block size. */
  readonly inFeatures: number
  /** Numbers a row of y; a multiple of the block size. */
  readonly outFeatures: number
  /** p: blocks are p × p, and c has a row of p numbers for each. */
  readonly blockSize: number
}

/**
 * The product with a block-circulant matrix, and its gradients, on a GPU through gpu.js. Block (i, j) of the matrix is
 * circulant with first column c[i, j], so that with q × k blocks, the spectra of c, x and y give
 *
 *     y[i] = IFFT( Σ_j FFT(c[i, j]) ∘ FFT(x[j]) )
 *
 * and the gradients for x and c the same with conjugates:
 *
 *     gx[j] = IFFT( Σ_i FFT(gy[i]) ∘ conj(FFT(c[i, j])) ),     gc[i, j] = IFFT( Σ_rows FFT(gy[i]) ∘ conj(FFT(x[j])) )
 *
 * A spectrum is asked for once and used as often as it is needed. All rows stay on the device until they are read;
 * whoever asked for them deletes them. A row of spectra holds p/2 + 1 complex numbers for each block.
 *
 * @source Ding, Wang, Liao, Wang: Block Circulant Adapter for Large Language Models. arXiv 2505.00582, section 3.
 */
export class GpuCirculant {
  readonly #size: CirculantSize
  readonly #fft: GpuFft
  readonly #product: Kernel
  readonly #inputGradient: Kernel
  readonly #weightGradient: Kernel
  readonly #width: number

  /** Made by `createGpuCirculant`. */
  constructor(
    size: CirculantSize,
    fft: GpuFft,
    kernels: { readonly product: Kernel; readonly inputGradient: Kernel; readonly weightGradient: Kernel },
  ) {
    this.#size = size
    this.#fft = fft
    this.#product = kernels.product
    this.#inputGradient = kernels.inputGradient
    this.#weightGradient = kernels.weightGradient
    this.#width = spectrumWidth(size.blockSize)
  }

  get backend(): GpuBackend {
    return this.#fft.backend
  }

  /** What really runs the transforms: `gpu.js webgpu radix-2`. */
  get kernel(): string {
    return this.#fft.kernel
  }

  /** A copy of the numbers on the device, as rows of equal width. */
  upload(values: Float32Array, rows = 1): Promise<GpuArray> {
    return this.#fft.upload(values, rows)
  }

  /** Shapes: c [out/p · in/p, p] -> [out/p · in/p, spectrum]. */
  async weightSpectrum(c: GpuArray): Promise<GpuArray> {
    this.#check('weightSpectrum', 'c', c, this.#blocks, this.#size.blockSize)
    return this.#fft.realForward(c)
  }

  /** Shapes: x [batch, in] -> [batch, in/p spectra]. */
  inputSpectrum(x: GpuArray): Promise<GpuArray> {
    this.#check('inputSpectrum', 'x', x, x.rows, this.#size.inFeatures)
    return this.#forward(x)
  }

  /** Of y, or of the gradient that arrives there. Shapes: [batch, out] -> [batch, out/p spectra]. */
  outputSpectrum(y: GpuArray): Promise<GpuArray> {
    this.#check('outputSpectrum', 'y', y, y.rows, this.#size.outFeatures)
    return this.#forward(y)
  }

  /** y. Shapes: X [batch, in/p spectra], C [out/p · in/p, spectrum] -> [batch, out]. */
  async product(X: GpuArray, C: GpuArray): Promise<GpuArray> {
    this.#check('product', 'X', X, X.rows, this.#inputs * this.#width)
    this.#check('product', 'C', C, this.#blocks, this.#width)
    return this.#inverse(await this.#product.run({ rows: X.rows, width: this.#outputs * this.#width }, X, C))
  }

  /** The gradient for x. Shapes: G [batch, out/p spectra], C [out/p · in/p, spectrum] -> [batch, in]. */
  async inputGradient(G: GpuArray, C: GpuArray): Promise<GpuArray> {
    this.#check('inputGradient', 'G', G, G.rows, this.#outputs * this.#width)
    this.#check('inputGradient', 'C', C, this.#blocks, this.#width)
    return this.#inverse(
      await this.#inputGradient.run({ rows: G.rows, width: this.#inputs * this.#width }, G, C),
    )
  }

  /** The gradient for c. Shapes: G [batch, out/p spectra], X [batch, in/p spectra] -> [out/p · in/p, p]. */
  async weightGradient(G: GpuArray, X: GpuArray): Promise<GpuArray> {
    this.#check('weightGradient', 'G', G, G.rows, this.#outputs * this.#width)
    this.#check('weightGradient', 'X', X, G.rows, this.#inputs * this.#width)
    const spectrum = await this.#weightGradient.run({ rows: this.#blocks, width: this.#width }, G, X, G.rows)
    return this.#inverse(spectrum)
  }

  /** Frees kernels and tables. Rows that were made live on. */
  async destroy(): Promise<void> {
    await this.#fft.destroy()
    for (const kernel of [this.#product, this.#inputGradient, this.#weightGradient]) kernel.destroy()
  }

  get #outputs(): number {
    return this.#size.outFeatures / this.#size.blockSize
  }

  get #inputs(): number {
    return this.#size.inFeatures / this.#size.blockSize
  }

  get #blocks(): number {
    return this.#outputs * this.#inputs
  }

  /** The blocks of each row to their spectra. */
  async #forward(rows: GpuArray): Promise<GpuArray> {
    return this.#byBlocks(rows, this.#size.blockSize, this.#width, (blocks) => this.#fft.realForward(blocks))
  }

  /** The spectra of each row, which end here, to blocks. */
  async #inverse(spectra: GpuArray): Promise<GpuArray> {
    try {
      return await this.#byBlocks(spectra, this.#width, this.#size.blockSize, (each) =>
        this.#fft.realInverse(each),
      )
    } finally {
      spectra.delete()
    }
  }

  async #byBlocks(
    rows: GpuArray,
    width: number,
    newWidth: number,
    transform: (blocks: GpuArray) => Promise<GpuArray>,
  ): Promise<GpuArray> {
    const perRow = rows.width / width
    const blocks = rows.reshape(rows.rows * perRow, width)
    const transformed = await transform(blocks).finally(() => blocks.delete())
    const result = transformed.reshape(rows.rows, perRow * newWidth)
    transformed.delete()
    return result
  }

  #check(method: string, name: string, rows: GpuArray, count: number, width: number): void {
    if (rows.runner !== this.#product.runner) {
      throw new FftTypeError(
        `${method}: expected ${name} on this plan's device (${this.backend}), got rows of ${rows.backend}: read and upload them`,
      )
    }
    if (rows.rows === count && rows.width === width) return
    throw new FftLengthError(
      `${method}: expected ${name} as ${count} rows of ${width} numbers, got ${rows.rows} of ${rows.width}`,
    )
  }
}

/**
 * The block-circulant product of one size through gpu.js; backends are chosen as `createGpuFft` does.
 *
 * @throws FftLengthError unless the block size divides both sides; GpuUnavailableError where the `backend` cannot be had.
 */
export async function createGpuCirculant(
  size: CirculantSize,
  options: { readonly backend?: GpuBackend } = {},
): Promise<GpuCirculant> {
  const { inFeatures, outFeatures, blockSize } = size
  for (const [name, features] of [
    ['inFeatures', inFeatures],
    ['outFeatures', outFeatures],
  ] as const) {
    const blocks = features / blockSize
    if (!Number.isSafeInteger(features) || !Number.isSafeInteger(blocks) || blocks < 1) {
      throw new FftLengthError(
        `createGpuCirculant: expected ${name} to be a multiple of the block size ${blockSize}, got ${features}`,
      )
    }
  }
  const fft = await createGpuFft(blockSize, options)
  const runner = await openRunner(fft.backend)
  const width = spectrumWidth(blockSize)
  const inputs = inFeatures / blockSize
  const outputs = outFeatures / blockSize
  const sizes = { width, perWidth: 1 / width }
  return new GpuCirculant(size, fft, {
    product: runner.createKernel(productKernel, { ...sizes, inputs }),
    inputGradient: runner.createKernel(inputGradientKernel, { ...sizes, inputs, outputs }),
    weightGradient: runner.createKernel(weightGradientKernel, { width, inputs, perInputs: 1 / inputs }),
  })
}

function spectrumWidth(blockSize: number): number {
  return 2 * Math.floor(blockSize / 2) + 2
}
