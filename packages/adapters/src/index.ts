export { Adapter, AdapterSite, keyPrefix, type ParameterGroup } from './adapter.js'
export {
  type AdapterFiles,
  finiteNumbers,
  loadAdapter,
  type SaveAdapterOptions,
  saveAdapter,
} from './adapter-files.js'
export * from './by-site.js'
export { AdapterError } from './errors.js'
export { type FourierFTConfig, fourierft } from './fourierft/fourierft.js'
export { eject, type InjectOptions, inject } from './inject.js'
export { type LoraConfig, lora } from './lora/lora.js'
export { merge, unmerge } from './merge.js'
export * from './method.js'
export { nearestNames } from './nearest-names.js'
export * from './option-syntax.js'
export { parsePeftConfig } from './peft-config.js'
export { numberField, refuseVariants } from './peft-fields.js'
export { type FoundSite, findModules, findSites, type HasHead } from './sites.js'
export { type VeraConfig, vera } from './vera/vera.js'
