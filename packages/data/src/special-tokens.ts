/** Ids of the tokens with a meaning of their own, as far as the tokenizer has them. */
export interface SpecialTokens {
  readonly bos?: number
  readonly eos?: number
  readonly pad?: number
  readonly mask?: number
  readonly unknown?: number
}

type IdOf = (token: string) => number | undefined
type Config = { readonly [field: string]: unknown }

/** The special tokens that `tokenizer_config.json` names, or else those with the names of the published models. */
export function findSpecialTokens(idOf: IdOf, config: Config = {}): SpecialTokens {
  const find = (fields: readonly string[], names: readonly string[]): number | undefined => {
    const named = fields.map((field) => contentOf(config[field])).filter((token) => token !== undefined)
    return [...named, ...names].map(idOf).find((id) => id !== undefined)
  }
  return {
    bos: find(['bos_token', 'cls_token'], ['<s>', '[CLS]', '<|begin_of_text|>', '<|endoftext|>']),
    eos: find(['eos_token', 'sep_token'], ['</s>', '[SEP]', '<|end_of_text|>', '<|endoftext|>']),
    pad: find(['pad_token'], ['<pad>', '[PAD]']),
    mask: find(['mask_token'], ['<mask>', '[MASK]']),
    unknown: find(['unk_token'], ['<unk>', '[UNK]']),
  }
}

/** In place of a `post_processor`, what a tokenizer's tokens say of the model that it is for; null: nothing is added. */
export function defaultPostProcessor(idOf: IdOf, config: Config = {}): Config | null {
  const processor = (type: string, cls: string, sep: string, ...needed: string[]): Config | undefined => {
    if ([cls, sep, ...needed].some((token) => idOf(token) === undefined)) return undefined
    return { type, sep: [sep, idOf(sep)], cls: [cls, idOf(cls)] }
  }
  return (
    processor('BertProcessing', '[CLS]', '[SEP]') ??
    processor('RobertaProcessing', '<s>', '</s>', '<mask>') ??
    beginningOfText(idOf, config)
  )
}

function beginningOfText(idOf: IdOf, { add_bos_token, bos_token }: Config): Config | null {
  const bos = contentOf(bos_token)
  const id = bos === undefined ? undefined : idOf(bos)
  if (add_bos_token !== true || bos === undefined || id === undefined) return null
  const special = { SpecialToken: { id: bos, type_id: 0 } }
  const [first, second] = ['A', 'B'].map((text) => ({ Sequence: { id: text, type_id: 0 } }))
  return {
    type: 'TemplateProcessing',
    single: [special, first],
    pair: [special, first, special, second],
    special_tokens: { [bos]: { id: bos, ids: [id], tokens: [bos] } },
  }
}

/** A token as its text, or as an object that has it. */
function contentOf(token: unknown): string | undefined {
  if (typeof token === 'object' && token !== null && 'content' in token) return contentOf(token.content)
  return typeof token === 'string' ? token : undefined
}
