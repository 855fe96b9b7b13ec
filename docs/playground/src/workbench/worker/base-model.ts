import { Tokenizer, type TokenizerJson } from '@gyre/data'
import { checkVocabulary } from '@gyre/train'
import {
  type LoadModelOptions,
  loadModel,
  type Model,
  type ModelConfig,
  parseConfig,
} from '@gyre/transformers'
import type { BaseName } from '../contract.js'
import { folderOf } from '../page-files.js'
import type { Surroundings } from './surroundings.js'

export const baseNames: readonly BaseName[] = ['decoder', 'encoder']

/** A base model without its weights. */
export interface Base {
  readonly name: BaseName
  readonly config: ModelConfig
  readonly tokenizer: Tokenizer
  /** With its weights, and the head that a task needs. */
  readonly load: (options: LoadModelOptions) => Promise<Model>
}

export async function readBase(name: BaseName, fetchFile: Surroundings['fetchFile']): Promise<Base> {
  const folder = folderOf(name)
  const [configText, tokenizerText] = await Promise.all(
    ['config.json', 'tokenizer.json'].map(async (file) => (await fetchFile(`${folder}/${file}`)).text()),
  )
  const config = parseConfig(JSON.parse(configText!), folder)
  const tokenizer = new Tokenizer(JSON.parse(tokenizerText!) as TokenizerJson, {
    source: `${folder}/tokenizer.json`,
  })
  checkVocabulary(tokenizer, config)
  const load = async (options: LoadModelOptions): Promise<Model> => {
    const weights = await fetchFile(`${folder}/model.safetensors`)
    return loadModel({ config: configText!, weights, name: folder }, options)
  }
  return { name, config, tokenizer, load }
}
