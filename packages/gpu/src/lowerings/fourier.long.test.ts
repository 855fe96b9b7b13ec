// The same tests in the long run, through all sizes.
import './fourier.test.js'
