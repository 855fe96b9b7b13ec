import type { ComponentChildren } from 'preact'

/** One of a list of figures (`dl.figures`): what it is, and the number. */
export function Figure({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
