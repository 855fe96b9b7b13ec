import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** A component that is still on its way, there, or could not be fetched. */
export interface Loaded<Props> {
  readonly Component?: ComponentType<Props>
  /** In one sentence. */
  readonly problem?: string
}

/** A component whose code is fetched once the page has shown what does not need it. */
export function useLoaded<Props>(name: string, load: () => Promise<ComponentType<Props>>): Loaded<Props> {
  const [loaded, setLoaded] = useState<Loaded<Props>>({})
  useEffect(() => {
    load().then(
      (Component) => setLoaded({ Component }),
      (error: Error) => setLoaded({ problem: `${name} could not be loaded: ${error.message}` }),
    )
  }, [])
  return loaded
}
