/**
 * How byte-level tokenizers cut a text before merging: a word with the blank before it, a number, a run of other
 * signs, a run of white space. No token crosses such a cut.
 *
 * @source Radford et al.: Language Models are Unsupervised Multitask Learners (GPT-2), section 2.2 and its encoder.
 */
const preToken = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu

export function preTokens(text: string): IterableIterator<RegExpExecArray> {
  return text.matchAll(preToken)
}

/**
 * A printable character for each of the 256 bytes: printable ones stand for themselves, the others for the
 * characters from U+0100 on.
 */
export const byteCharacters: readonly string[] = (() => {
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
    return String.fromCharCode(printable ? byte : next++)
  })
})()
