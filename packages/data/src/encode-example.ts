import { DataError } from './data-error.js'
import type { Tokenizer } from './tokenizer.js'

/**
 * One text, or two, as RoBERTa takes them: `<s> text </s>`, `<s> text </s> </s> pair </s>`. Too long a text is cut
 * at its end; of a pair the longer one is cut first.
 *
 * @source Liu et al.: RoBERTa. arXiv 1907.11692, section 3 and the published tokenizer.
 */
export function encodeExample(
  tokenizer: Tokenizer,
  { text, textPair }: { readonly text: string; readonly textPair?: string },
  maxLength: number,
): Int32Array {
  const { bos, eos } = tokenizer.special
  if (bos === undefined || eos === undefined) {
    throw new DataError('the tokenizer has no tokens <s> and </s>, which classification needs')
  }
  const specialCount = textPair === undefined ? 2 : 4
  if (!(maxLength > specialCount)) {
    throw new DataError(`a text takes more than ${specialCount} tokens, the limit is ${maxLength}`)
  }
  const first = Array.from(tokenizer.encode(text))
  if (textPair === undefined) return Int32Array.from([bos, ...first.slice(0, maxLength - 2), eos])
  const second = Array.from(tokenizer.encode(textPair))
  while (first.length + second.length > maxLength - 4) (first.length >= second.length ? first : second).pop()
  return Int32Array.from([bos, ...first, eos, eos, ...second, eos])
}
