import type { Adapter } from '@gyre/adapters'
import { type Parameter, sizeOf } from '@gyre/tensor'

/** Numbers of an adapter that are never trained, such as VeRA's bases and FourierFT's indices. */
export function frozenNumbers({ sharedParameters, sites }: Adapter): number {
  const own: readonly Iterable<readonly [string, Parameter]>[] = [
    sharedParameters.namedParameters(),
    ...sites.map((site) => site.namedParameters()),
  ]
  return own
    .flatMap((parameters) => [...parameters])
    .reduce((total, [, { trainable, shape }]) => total + (trainable ? 0 : sizeOf(shape)), 0)
}
