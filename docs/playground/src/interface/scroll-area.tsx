import type { ComponentChildren } from 'preact'

interface ScrollAreaProps {
  readonly label: string
  readonly children: ComponentChildren
}

/** Room for what may be wider than the page, such as a table: it scrolls by itself, with the keyboard, too. */
export function ScrollArea({ label, children }: ScrollAreaProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class="scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  )
}
