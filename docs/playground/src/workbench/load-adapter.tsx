import { FileDrop } from '../interface/file-drop.js'
import { Notice } from '../interface/notice.js'
import type { Bench } from './bench.js'
import type { RunBackend } from './contract.js'
import { readAdapterFiles } from './runs/archive.js'
import { useRefusal } from './use-refusal.js'

interface LoadAdapterProps {
  readonly bench: Bench
  /** What the form has chosen. */
  readonly backend: RunBackend | undefined
}

/** Takes an adapter back, as it was exported here or written by `gyre finetune` for one of the bases. */
export function LoadAdapter({ bench, backend }: LoadAdapterProps) {
  const problem = useRefusal(bench.runs.value.length)
  const load = async (files: readonly File[]) => {
    problem.value = undefined
    try {
      problem.value = bench.load(await readAdapterFiles(files), backend ?? { name: 'js' })
    } catch (error) {
      problem.value = (error as Error).message
    }
  }
  return (
    <div class="fields">
      <FileDrop
        label="Load an adapter …"
        hint="the .zip of this page, or adapter_config.json and adapter_model.safetensors, with gyre_run.json where there is one"
        accept=".zip,.json,.safetensors"
        multiple
        onFiles={(files) => void load(files)}
      />
      {problem.value && <Notice kind="problem">{problem.value}</Notice>}
    </div>
  )
}
