import { Section } from '../../interface/section.js'

export function CirculantPicture() {
  return (
    <Section id="circulant" title="A circulant block">
      {undefined}
    </Section>
  )
}
