import type { ComponentChildren } from 'preact'

interface NoticeProps {
  /** `problem`: something that was asked for did not happen. */
  readonly kind: 'problem' | 'remark'
  readonly children: ComponentChildren
}

/** One clear sentence where it belongs; screen readers read a problem at once. */
export function Notice({ kind, children }: NoticeProps) {
  return (
    <p class={`notice ${kind}`} role={kind === 'problem' ? 'alert' : 'status'}>
      {children}
    </p>
  )
}
