import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

/** Why something that was asked for was not done; forgotten as soon as one of `reasons` has changed. */
export function useRefusal(...reasons: readonly unknown[]): Signal<string | undefined> {
  const refusal = useSignal<string | undefined>(undefined)
  useEffect(() => {
    refusal.value = undefined
  }, reasons)
  return refusal
}
