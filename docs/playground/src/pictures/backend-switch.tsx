import { pictureBackend } from './backend.js'

/** Says what the pictures compute on, and lets the visitor choose. */
export function BackendSwitch() {
  return <p>{pictureBackend.value?.kernels}</p>
}
