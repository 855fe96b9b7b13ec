import type { BlockSizesByPath } from '@gyre/circulant'
import type { Measured, RunEvent, RunSettings, RunStep } from '../contract.js'

/** What a run needs of the world: in a worker the network, the browser's database and the page. */
export interface Surroundings {
  /** A file of the page's, such as `bases/decoder/config.json`. */
  readonly fetchFile: (path: string) => Promise<Blob>
  readonly store: RunStore
  readonly emit: (event: RunEvent) => void
}

/** Where runs are saved, by their ids. */
export interface RunStore {
  /** Remembers what a run is, before there is anything of it to save. */
  begin(id: string, settings: RunSettings): Promise<void>
  /** Takes the place of what was saved before, as a whole or not at all. */
  save(id: string, saved: SavedState): Promise<void>
  read(id: string): Promise<SavedState | undefined>
}

/** A run as it is saved. */
export interface SavedState {
  readonly step: number
  /** What `captureRun` gives, as a file of safetensors. */
  readonly file: Uint8Array<ArrayBuffer>
  readonly steps: readonly RunStep[]
  readonly measured: readonly Measured[]
  /** Where the gradients chose them. */
  readonly blockSizes: BlockSizesByPath | undefined
}
