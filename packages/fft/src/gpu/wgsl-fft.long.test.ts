// The same tests in the long run, through all sizes.
import './wgsl-fft.test.js'
