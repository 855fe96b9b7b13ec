import { Section } from '../interface/section.js'

export function Workbench() {
  return (
    <Section id="workbench" title="The workbench">
      {undefined}
    </Section>
  )
}
