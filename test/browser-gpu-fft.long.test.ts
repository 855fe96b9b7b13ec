// The same tests in the long run, through all sizes.
import './browser-gpu-fft.test.js'
