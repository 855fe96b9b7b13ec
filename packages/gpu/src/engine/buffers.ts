import { BackendError } from '@gyre/tensor'

/** Sizes of buffers are multiples of this, so that buffers find new users. */
const unit = 256

/** Bytes that may wait for a new user; more than that are given back to the device. */
const mostWaiting = 256 * 2 ** 20

/**
 * The device's memory, handed out as whole buffers. One that is released waits for the next who wants its size; that
 * one may write at once what was queued before still reads, since the device works in the order of the queue.
 */
export class Buffers {
  readonly #device: GPUDevice
  readonly #waiting = new Map<number, GPUBuffer[]>()
  #waitingBytes = 0
  #liveBytes = 0
  #liveBuffers = 0

  constructor(device: GPUDevice) {
    this.#device = device
  }

  /** Bytes and buffers that are in use. */
  get liveBytes(): number {
    return this.#liveBytes
  }
  get liveBuffers(): number {
    return this.#liveBuffers
  }
  /** Bytes that wait for a new user. */
  get waitingBytes(): number {
    return this.#waitingBytes
  }

  /** A buffer of at least so many bytes, with any contents. */
  take(bytes: number, where: string): GPUBuffer {
    const size = Math.max(unit, Math.ceil(bytes / unit) * unit)
    const { maxBufferSize, maxStorageBufferBindingSize } = this.#device.limits
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize)
    if (size > most) {
      throw new BackendError(
        `gpu: ${where} needs a buffer of ${bytes} bytes; this device's largest has ${most}`,
      )
    }
    this.#liveBytes += size
    this.#liveBuffers++
    const waiting = this.#waiting.get(size)?.pop()
    if (waiting) {
      this.#waitingBytes -= size
      return waiting
    }
    return this.#device.createBuffer({
      size,
      usage:
        GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    })
  }

  release(buffer: GPUBuffer): void {
    const { size } = buffer
    this.#liveBytes -= size
    this.#liveBuffers--
    if (this.#waitingBytes + size > mostWaiting) {
      buffer.destroy()
      return
    }
    const waiting = this.#waiting.get(size)
    if (waiting) waiting.push(buffer)
    else this.#waiting.set(size, [buffer])
    this.#waitingBytes += size
  }
}
