import { jsBackend, setBackend } from '@gyre/tensor'

/** The backend that is measured, and what it is. */
export async function useBackend(_threads: number): Promise<string> {
  setBackend(jsBackend)
  return jsBackend.name
}
