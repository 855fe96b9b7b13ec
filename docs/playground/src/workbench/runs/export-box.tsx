import { useSignal } from '@preact/signals'
import { download } from '../../interface/download.js'
import { Notice } from '../../interface/notice.js'
import type { BaseName, FolderFile, Run } from '../contract.js'
import { fetchPageFile, folderOf, pageAddress } from '../page-files.js'
import { packFolder } from './archive.js'
import { evaluateCommand, folderName, isWholeModel, tryCommand } from './export-commands.js'
import { baseOf, knownOf } from './run-words.js'

const baseFiles = ['config.json', 'model.safetensors', 'tokenizer.json'] as const

/** What was trained, to take home, and what to type there. */
export function ExportBox({ run }: { readonly run: Run }) {
  const problem = useSignal<string | undefined>(undefined)
  const busy = useSignal<string | undefined>(undefined)
  if (run.facts.value === undefined || run.status.value === 'failed') return undefined
  const base = baseOf(knownOf(run))
  const folder = folderName(run)
  const save = async (name: string, files: () => Promise<readonly FolderFile[]>) => {
    busy.value = name
    problem.value = undefined
    try {
      const archive = await packFolder(name, await files())
      download(`${name}.zip`, new Blob([archive], { type: 'application/zip' }))
    } catch (error) {
      problem.value = (error as Error).message
    } finally {
      busy.value = undefined
    }
  }
  const button = (name: string, words: string, files: () => Promise<readonly FolderFile[]>) => (
    <button type="button" disabled={busy.value !== undefined} onClick={() => void save(name, files)}>
      {busy.value === name ? 'Packing …' : words}
    </button>
  )
  const tried = tryCommand(run)
  return (
    <details class="export">
      <summary>Take it home</summary>
      <div class="buttons">
        {button(folder, isWholeModel(run) ? 'Model (.zip)' : 'Adapter (.zip)', () => run.exportFiles())}
        {base && !isWholeModel(run) && button(base, 'Base model (.zip)', () => fetchBase(base))}
      </div>
      {problem.value && <Notice kind="problem">{problem.value}</Notice>}
      <p>
        Unpack {isWholeModel(run) ? 'it' : 'both'} in a clone of Gyre's repository; what is held out is then
        measured with
      </p>
      <pre class="command">
        <code>{evaluateCommand(run)}</code>
      </pre>
      {tried && (
        <>
          <p>and tried with</p>
          <pre class="command">
            <code>{tried}</code>
          </pre>
        </>
      )}
    </details>
  )
}

async function fetchBase(base: BaseName): Promise<FolderFile[]> {
  return Promise.all(
    baseFiles.map(async (name) => {
      const file = await fetchPageFile(`${folderOf(base)}/${name}`, pageAddress())
      return { name, bytes: new Uint8Array(await file.arrayBuffer()) }
    }),
  )
}
