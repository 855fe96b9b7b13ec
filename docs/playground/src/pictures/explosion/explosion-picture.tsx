import { Section } from '../../interface/section.js'

export function ExplosionPicture() {
  return (
    <Section id="explosion" title="Why gradients explode">
      {undefined}
    </Section>
  )
}
