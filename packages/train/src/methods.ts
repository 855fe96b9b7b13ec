import { type AnyMethodFactory, fourierft, lora, vera } from '@gyre/adapters'
import { bca, c3a, cdvft } from '@gyre/circulant'

/**
 * Every adapter method. One line here gives a method its place in the command line's grammar, in reports, in
 * adapter files and in the tests of the adapter laws.
 */
export const adapterMethods = {
  bca,
  c3a,
  cdvft,
  fourierft,
  lora,
  vera,
} as const satisfies { readonly [name: string]: AnyMethodFactory }

export type AdapterMethodName = keyof typeof adapterMethods

/** The configuration of each method, under its name. */
export type AdapterConfigs = {
  [Name in AdapterMethodName]: (typeof adapterMethods)[Name] extends (config: infer Config) => unknown
    ? Config
    : never
}
