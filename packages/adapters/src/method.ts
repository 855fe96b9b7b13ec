import type { Initializer, Shape, Tensor } from '@gyre/tensor'
import type { ConfigSyntax, OptionSyntax } from './option-syntax.js'

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = { readonly [key: string]: Json | undefined }

/** A place in a model where an adapter can sit: a linear layer under its path. */
export interface Site {
  readonly path: string
  /** The target that chose the site, e.g. `query`. */
  readonly target: string
  readonly inFeatures: number
  readonly outFeatures: number
  /** Whether the layer keeps its weight as `[in, out]`, as GPT-2's do. Default false. */
  readonly weightIsTransposed?: boolean
}

/** Which sites, and what is trained and saved beside them. Common to all methods. */
export interface TargetConfig {
  /** Names of linear layers (`query`), ends of their paths, or `all-linear`: every one but the model's head. */
  readonly targets: readonly string[]
  /** Modules that are trained whole and saved with the adapter, e.g. a fresh `classifier`. */
  readonly modulesToSave?: readonly string[]
  /**
   * Biases of the model that are trained and saved beside the adapter: all of them, or those of the adapted layers.
   * Default none.
   */
  readonly biases?: TrainedBiases
}

export type TrainedBiases = 'none' | 'all' | 'adapted'

/** One tensor that a method keeps at a site. */
export interface AdapterParameter {
  /** Its name in the adapter's file, after the site's path: `lora_A.weight`. */
  readonly key: string
  readonly shape: Shape
  /** Default float32; indices are int32. */
  readonly dtype?: 'float32' | 'int32'
  readonly initializer: Initializer
  /** False for random parts that stay as they were drawn; they are saved all the same. Default true. */
  readonly trainable?: boolean
  /**
   * Whether files from elsewhere may leave it out, because `initializer` draws it exactly as they did. Default false.
   */
  readonly redrawnWhenMissing?: boolean
  /** Of indices `[rows, n]`: those of a row are from 0 to below its limit. A file with others is refused. */
  readonly rowLimits?: readonly number[]
}

/** Whether a fresh adapter leaves the model as it was, or why it does not. */
export type FreshEffect = 'changes nothing' | { readonly changes: string }

/** Everything that one adapter method is. A method is one folder, and this is its contents. */
export interface MethodDefinition<
  Config extends object,
  SiteNames extends string,
  SharedNames extends string = never,
> {
  readonly name: string
  /** `peft_type` in `adapter_config.json`. */
  readonly peftType: string
  readonly paper: { readonly title: string; readonly source: string; readonly differences: string }
  readonly options: ConfigSyntax<Config>
  /** Throws an `AdapterError` when the configuration cannot serve the site. */
  readonly check?: (config: Config, site: Site) => void
  readonly parameters: (config: Config, site: Site) => { readonly [Name in SiteNames]: AdapterParameter }
  /** What all sites use, under whole keys; `delta` gets it beside the site's own parameters. Default none. */
  readonly sharedParameters?: (
    config: Config,
    sites: readonly Site[],
  ) => { readonly [Name in SharedNames]: AdapterParameter }
  /** `ΔW x`. Shapes: x `[…, in]` → `[…, out]`. */
  readonly delta: (
    config: Config,
    site: Site,
    parameters: { readonly [Name in SiteNames | SharedNames]: Tensor },
    x: Tensor,
  ) => Tensor
  /** `ΔW`, shape `[out, in]`. */
  readonly deltaWeight: (
    config: Config,
    site: Site,
    parameters: { readonly [Name in SiteNames | SharedNames]: Tensor },
  ) => Tensor
  /** What the method multiplies the learning rate of its parameters by. */
  readonly learningRateScale: (config: Config, site: Site) => number
  /** Trainable numbers at a site, in closed form; a test holds it to the real count. */
  readonly parameterCount: (config: Config, site: Site) => number
  /**
   * FLOPs of `delta` for `tokens` rows, in closed form by the conventions of docs/cost-model.md; a test holds it
   * to the traced count.
   */
  readonly flops: (config: Config, site: Site, tokens: number) => number
  /** May depend on the configuration. */
  readonly fresh: FreshEffect | ((config: Config) => FreshEffect)
  /** The method's own fields of `adapter_config.json`, for the sites that it serves, and back. */
  readonly toPeft: (config: Config, sites: readonly Site[]) => JsonObject
  readonly fromPeft: (fields: JsonObject, sites: readonly Site[]) => Partial<Config>
  /** The value of `bias` in `adapter_config.json` for biases of adapted layers; absent where PEFT saves no biases. */
  readonly peftBias?: string
}

/** A method with its configuration: a value that `inject` takes. */
export interface AdapterMethod {
  readonly name: string
  readonly peftType: string
  readonly targets: TargetConfig
  /** The configuration as text, as the command line takes it: `bca:p=64`. */
  readonly label: string
  readonly fresh: FreshEffect
  readonly peftBias: string | undefined
  check(site: Site): void
  parameters(site: Site): { readonly [name: string]: AdapterParameter }
  sharedParameters(sites: readonly Site[]): { readonly [name: string]: AdapterParameter }
  delta(site: Site, parameters: { readonly [name: string]: Tensor }, x: Tensor): Tensor
  deltaWeight(site: Site, parameters: { readonly [name: string]: Tensor }): Tensor
  learningRateScale(site: Site): number
  parameterCount(site: Site): number
  flops(site: Site, tokens: number): number
  toPeft(sites: readonly Site[]): JsonObject
}

/** `lora({ r: 8, targets: ['query'] })`: makes a method from its configuration, the rest being defaults. */
export interface MethodFactory<Config extends object = object> {
  (config: Partial<Config> & TargetConfig): AdapterMethod
  readonly methodName: string
  readonly peftType: string
  readonly paper: { readonly title: string; readonly source: string; readonly differences: string }
  readonly options: ConfigSyntax<Config>
  readonly peftBias: string | undefined
  readonly fromPeft: (fields: JsonObject, sites: readonly Site[]) => Partial<Config>
}

/** A factory whose configuration is not known in types: one entry of a table of methods. */
export interface AnyMethodFactory {
  (config: never): AdapterMethod
  readonly methodName: string
  readonly peftType: string
  readonly paper: { readonly title: string; readonly source: string; readonly differences: string }
  readonly options: { readonly [key: string]: OptionSyntax<unknown> }
  readonly peftBias: string | undefined
  readonly fromPeft: (fields: JsonObject, sites: readonly Site[]) => object
}

/** A method from a configuration that was read from text or from a file, and so is not known in types. */
export function configure(factory: AnyMethodFactory, config: object & TargetConfig): AdapterMethod {
  return factory(config as never)
}

/** Defines an adapter method: `defineMethod<Config, ParameterNames, SharedParameterNames>()({ … })`. */
export function defineMethod<
  Config extends object,
  SiteNames extends string,
  SharedNames extends string = never,
>(): (definition: MethodDefinition<Config, SiteNames, SharedNames>) => MethodFactory<Config> {
  return (definition) => {
    const { name, peftType, paper, options, fresh, fromPeft, peftBias } = definition
    const factory = (given: Partial<Config> & TargetConfig): AdapterMethod => {
      const config = withDefaults(options, given)
      type Tensors = { readonly [Name in SiteNames | SharedNames]: Tensor }
      return {
        name,
        peftType,
        targets: {
          targets: given.targets,
          modulesToSave: given.modulesToSave ?? [],
          biases: given.biases ?? 'none',
        },
        label: formatLabel(name, options, config),
        fresh: typeof fresh === 'function' ? fresh(config) : fresh,
        peftBias,
        check: (site) => definition.check?.(config, site),
        parameters: (site) => definition.parameters(config, site),
        sharedParameters: (sites) => definition.sharedParameters?.(config, sites) ?? {},
        delta: (site, parameters, x) => definition.delta(config, site, parameters as Tensors, x),
        deltaWeight: (site, parameters) => definition.deltaWeight(config, site, parameters as Tensors),
        learningRateScale: (site) => definition.learningRateScale(config, site),
        parameterCount: (site) => definition.parameterCount(config, site),
        flops: (site, tokens) => definition.flops(config, site, tokens),
        toPeft: (sites) => definition.toPeft(config, sites),
      }
    }
    return Object.assign(factory, { methodName: name, peftType, paper, options, fromPeft, peftBias })
  }
}

function withDefaults<Config extends object>(syntax: ConfigSyntax<Config>, given: Partial<Config>): Config {
  const entries = (Object.keys(syntax) as (keyof Config)[]).map((key) => [
    key,
    given[key] ?? syntax[key].default,
  ])
  return Object.fromEntries(entries) as Config
}

/** Name and every option that differs from its default, the first always: `lora:r=8:alpha=16`. */
function formatLabel<Config extends object>(
  name: string,
  syntax: ConfigSyntax<Config>,
  config: Config,
): string {
  const shown = (Object.keys(syntax) as (keyof Config & string)[]).filter(
    (key, i) => i === 0 || config[key] !== syntax[key].default,
  )
  return [name, ...shown.map((key) => `${syntax[key].alias ?? key}=${syntax[key].format(config[key])}`)].join(
    ':',
  )
}
