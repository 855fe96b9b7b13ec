import { ReloadNotice } from './offline/reload-notice.js'
import { BackendSwitch } from './pictures/backend-switch.js'
import { CirculantPicture } from './pictures/circulant/circulant-picture.js'
import { ExplosionPicture } from './pictures/explosion/explosion-picture.js'
import { FftPicture } from './pictures/fft/fft-picture.js'
import { Workbench } from './workbench/workbench.js'

/** Everything below the masthead, which is there before any script. */
export function App() {
  return (
    <>
      <ReloadNotice />
      <BackendSwitch />
      <FftPicture />
      <CirculantPicture />
      <ExplosionPicture />
      <Workbench />
    </>
  )
}
