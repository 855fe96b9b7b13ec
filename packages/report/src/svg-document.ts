import { plainText } from './table.js'

/** The text as content of an SVG element, its markup escaped. */
export function svgText(text: string): string {
  return plainText(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** An SVG document with nothing outside it: no script, no font, no style sheet. The title is also drawn. */
export function svgDocument(
  title: string,
  width: number,
  height: number,
  content: readonly string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="13" fill="#222">`,
    `<title>${svgText(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="16" y="24" font-size="14" font-weight="600">${svgText(title)}</text>`,
    ...content,
    '</svg>',
    '',
  ].join('\n')
}
