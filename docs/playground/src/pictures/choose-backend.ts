import { setBackend } from '@gyre/tensor'
import { signal } from '@preact/signals'
import {
  type OpenedBackend,
  type PictureBackend,
  type PictureBackendName,
  pictureBackend,
} from './backend.js'
import { inTurn } from './compute.js'
import { openPictureBackend } from './open-backend.js'

/** What a visitor knows the backends by. */
export const backendTitles: { readonly [Name in PictureBackendName]: string } = {
  webgpu: 'WebGPU',
  webgl2: 'WebGL2',
  wasm: 'WebAssembly',
  js: 'JavaScript',
}

/** What cannot be had, and why, as far as that is known. */
export const unavailable = signal<{ readonly [Name in PictureBackendName]?: string }>({})

/** The one that is being opened, or is open and chosen. */
export const chosenBackend = signal<PictureBackendName | undefined>(undefined)

/** One sentence, where the backend is not the one that was asked for. */
export const backendProblem = signal<string | undefined>(undefined)

const opened = new Map<PictureBackendName, Promise<OpenedBackend>>()
let choices = 0

/** Makes it the pictures' backend once it is open; if it cannot be had, all stays as it was, and the page says why. */
export async function chooseBackend(name: PictureBackendName): Promise<void> {
  const choice = ++choices
  chosenBackend.value = name
  backendProblem.value = undefined
  const result = await openOnce(name)
  if (choice !== choices) return
  if ('unavailable' in result) {
    backendProblem.value = result.unavailable
    chosenBackend.value = pictureBackend.peek()?.name
  } else await use(result, choice)
}

/** WebGPU where there is one, otherwise WebAssembly, otherwise the reference kernels; says why where it is those. */
export async function chooseBestBackend(): Promise<void> {
  await chooseFirst(['webgpu', 'wasm', 'js'])
  // What the visitor can choose instead is found out when the page has something to show.
  void openOnce('wasm')
  const { hasWebGl2 } = await import('@gyre/fft/gpu')
  if (!hasWebGl2()) noteUnavailable('webgl2', 'This browser has no WebGL2, or it is switched off.')
}

/** The first of these that can be had. */
async function chooseFirst(names: readonly PictureBackendName[]): Promise<void> {
  const choice = ++choices
  for (const name of names) {
    const result = await openOnce(name)
    if (choice !== choices) return
    if ('unavailable' in result) continue
    chosenBackend.value = name
    if (name === 'js') backendProblem.value = `${unavailable.peek().wasm} The pictures go on on JavaScript.`
    return use(result, choice)
  }
}

/** The one place that changes the backend: between two computations, and only if it is still the one that is wanted. */
function use(backend: PictureBackend, choice: number): Promise<void> {
  return inTurn(() => {
    if (choice !== choices) return
    setBackend(backend.backend)
    pictureBackend.value = backend
  })
}

function openOnce(name: PictureBackendName): Promise<OpenedBackend> {
  const opening = opened.get(name) ?? openPictureBackend(name).then(watch)
  opened.set(name, opening)
  return opening
}

function watch(result: OpenedBackend): OpenedBackend {
  if ('unavailable' in result) noteUnavailable(result.name, result.unavailable)
  else void result.lost?.then(() => goOnWithout(result))
  return result
}

function noteUnavailable(name: PictureBackendName, reason: string): void {
  unavailable.value = { ...unavailable.peek(), [name]: reason }
}

/** A lost device can be opened again, if the visitor wants it. */
async function goOnWithout({ name }: PictureBackend): Promise<void> {
  opened.delete(name)
  if (pictureBackend.peek()?.name !== name) return
  await chooseFirst(['wasm', 'js'])
  const next = chosenBackend.peek()
  backendProblem.value = `The GPU's device was lost; the pictures go on on ${backendTitles[next!]}. Nothing that you drew is lost.`
}
