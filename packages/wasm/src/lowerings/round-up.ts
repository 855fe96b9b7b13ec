/** The smallest positive multiple that is at least `value`. */
export function roundUp(value: number, multiple: number): number {
  return Math.max(1, Math.ceil(value / multiple)) * multiple
}
