import type { ComponentChildren } from 'preact'

interface SectionProps {
  /** What a link to it ends in. */
  readonly id: string
  readonly title: string
  readonly children: ComponentChildren
}

/** A part of the page, with a heading that links reach. */
export function Section({ id, title, children }: SectionProps) {
  return (
    <section id={id} aria-labelledby={`${id}-title`} class="section">
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
    </section>
  )
}
