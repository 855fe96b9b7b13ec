import { Section } from '../../interface/section.js'

export function FftPicture() {
  return (
    <Section id="fft" title="The fast Fourier transform, step by step">
      {undefined}
    </Section>
  )
}
