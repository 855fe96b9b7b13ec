import { readFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { int32Of, readSafetensors } from '@gyre/safetensors'
import { type Tensor, tensor } from '@gyre/tensor'
import type { ModelInputs } from '@gyre/transformers'

/** Path of a file or folder of `test/fixtures`, e.g. `models/llama-tiny`. */
export function fixturePath(name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))
}

/** A fixture's safetensors: float32 as they are, integers as int32. */
export class FixtureFile {
  readonly names: readonly string[]
  readonly #file

  /** A file of `test/fixtures`, or one at an absolute path. */
  constructor(name: string) {
    const path = isAbsolute(name) ? name : fixturePath(name)
    this.#file = readSafetensors(readFileSync(path), { source: name })
    this.names = [...this.#file.entries.keys()]
  }

  has(name: string): boolean {
    return this.#file.entries.has(name)
  }

  data(name: string): Float32Array | Int32Array {
    const stored = this.#file.get(name)
    return stored.data instanceof Float32Array ? stored.data : int32Of(stored, name)
  }

  shape(name: string): readonly number[] {
    return this.#file.get(name).shape
  }

  tensor(name: string): Tensor {
    return tensor(this.data(name).slice(), { shape: this.shape(name) }) as Tensor
  }

  /** Names that begin with `prefix`, without it. */
  namesAfter(prefix: string): string[] {
    return this.names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
  }

  /** `input_ids`, `attention_mask`, `token_type_ids` where there are any, and `labels`; with a batch, that entry of each along the first axis. */
  inputs(batch?: number): ModelInputs {
    const read = (name: string): Tensor => {
      if (batch === undefined) return this.tensor(name)
      const shape = this.shape(name).slice(1)
      const size = shape.reduce((product, dim) => product * dim, 1)
      return tensor(this.data(name).slice(batch * size, (batch + 1) * size), { shape }) as Tensor
    }
    return {
      inputIds: read('input_ids'),
      attentionMask: read('attention_mask'),
      tokenTypeIds: this.has('token_type_ids') ? read('token_type_ids') : undefined,
      labels: read('labels'),
    }
  }
}
