import { useEffect } from 'preact/hooks'
import { Choice } from '../interface/choice.js'
import { Notice } from '../interface/notice.js'
import { type PictureBackendName, pictureBackend, pictureBackendNames } from './backend.js'
import './backend-switch.css'
import {
  backendProblem,
  backendTitles,
  chooseBackend,
  chooseBestBackend,
  chosenBackend,
  unavailable,
} from './choose-backend.js'

const details: { readonly [Name in PictureBackendName]: string } = {
  webgpu: 'The graphics card, by shaders written for it.',
  webgl2:
    'The graphics card through gpu.js, where there is no WebGPU; it takes transforms and circulant products.',
  wasm: 'The processor, by SIMD kernels.',
  js: 'The processor, by the reference that the others are tested against.',
}

/** Says what the pictures compute on, and lets the visitor choose. */
export function BackendSwitch() {
  useEffect(() => void chooseBestBackend(), [])
  const backend = pictureBackend.value
  const chosen = chosenBackend.value
  const isOpening = chosen !== backend?.name
  return (
    <div class="backend-switch">
      {backendProblem.value && <Notice kind="problem">{backendProblem.value}</Notice>}
      <p role="status">
        {backend === undefined
          ? 'Looking for the fastest way to compute the pictures here …'
          : isOpening
            ? `Opening ${backendTitles[chosen!]} …`
            : `The pictures compute on ${backendTitles[backend.name]}: ${backend.kernels}.`}
      </p>
      <Choice
        label="What the pictures compute on"
        options={pictureBackendNames.map((name) => ({
          value: name,
          label: backendTitles[name],
          detail: details[name],
          unavailable: unavailable.value[name],
        }))}
        value={chosenBackend}
        onChoose={(name) => void chooseBackend(name)}
      />
    </div>
  )
}
