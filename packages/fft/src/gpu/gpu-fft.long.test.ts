// The same tests in the long run, through all sizes.
import './gpu-fft.test.js'
