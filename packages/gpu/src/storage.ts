import { allocateData, type Data, sizeOf, type TensorSpec } from '@gyre/tensor'
import { bytesOnDevice, toDevice } from './data-on-device.js'
import type { Engine } from './engine/engine.js'

/**
 * Where a tensor's numbers are: with the processor until a kernel needs them, on the device, or on their way back
 * from it. What is on the device is released when the storage is collected, or before.
 */
export class GpuStorage {
  readonly #engine: Engine
  readonly #spec: TensorSpec
  #data: Data | 'zeros' | undefined
  #buffer: GPUBuffer | undefined
  #arriving: Promise<Data> | undefined
  #checked: Promise<unknown> | undefined

  private constructor(engine: Engine, spec: TensorSpec) {
    this.#engine = engine
    this.#spec = { shape: spec.shape, dtype: spec.dtype }
  }

  /** Numbers that the processor has. */
  static of(engine: Engine, spec: TensorSpec, data: Data | 'zeros'): GpuStorage {
    const storage = new GpuStorage(engine, spec)
    storage.#data = data
    return storage
  }

  /** New memory on the device, with any contents. */
  static onDevice(engine: Engine, spec: TensorSpec): GpuStorage {
    const storage = new GpuStorage(engine, spec)
    storage.#take()
    return storage
  }

  /** The numbers, where the processor has them; zeros are made. */
  get data(): Data | undefined {
    const { shape, dtype } = this.#spec
    if (this.#data === 'zeros') this.#data = allocateData(dtype, sizeOf(shape))
    return this.#data
  }

  get buffer(): GPUBuffer | undefined {
    return this.#buffer
  }

  /** The numbers that a program has already sent for. */
  get arriving(): Promise<Data> | undefined {
    return this.#arriving
  }

  /**
   * Takes numbers on their way from the device; when they are here, and no kernel has asked for them since, the
   * device's memory is free for others.
   */
  expect(arriving: Promise<Data>): void {
    this.#arriving = arriving
    arriving.then(
      (data) => {
        if (this.#arriving !== arriving) return
        this.#data = data
        this.release()
      },
      () => {}, // whoever reads is told
    )
  }

  /** Settles when it is known whether the kernels that made the numbers refused any; rejects if they did. */
  get checked(): Promise<unknown> | undefined {
    return this.#checked
  }

  /** Whoever reads the numbers waits for `checked` first. */
  expectCheck(checked: Promise<unknown>): void {
    this.#checked = checked
    checked.catch(() => {}) // whoever reads is told
  }

  /** Moves the numbers to the device, where a kernel may also write them. */
  makeResident(): GPUBuffer {
    this.#arriving = undefined
    if (this.#buffer === undefined) {
      const buffer = this.#take()
      const { queue } = this.#engine.device
      if (this.#data === 'zeros') {
        const encoder = this.#engine.device.createCommandEncoder()
        encoder.clearBuffer(buffer)
        queue.submit([encoder.finish()])
      } else {
        queue.writeBuffer(buffer, 0, toDevice(this.#spec.dtype, this.#data!) as GPUAllowSharedBufferSource)
      }
    }
    this.#data = undefined
    return this.#buffer!
  }

  /** Gives the device's memory back. */
  release(): void {
    if (this.#buffer === undefined) return
    this.#engine.releaseOf(this, this.#buffer)
    this.#buffer = undefined
  }

  #take(): GPUBuffer {
    const { shape } = this.#spec
    this.#buffer = this.#engine.takeFor(
      this,
      bytesOnDevice(this.#spec),
      `a tensor of shape [${shape.join(', ')}]`,
    )
    return this.#buffer
  }
}
