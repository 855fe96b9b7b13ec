import { Notice } from '../interface/notice.js'
import { reloadForThreads, reloading } from './service-worker.js'

/** Says that the page has opened itself again, or offers it. */
export function ReloadNotice() {
  if (reloading.value === 'has')
    return (
      <Notice kind="remark">
        The page has opened itself again, once, so that runs can use several threads.
      </Notice>
    )
  if (reloading.value === 'can')
    return (
      <Notice kind="remark">
        Opened again, the page can use several threads; runs that are not saved are lost.{' '}
        <button type="button" onClick={reloadForThreads}>
          Open again
        </button>
      </Notice>
    )
  return null
}
