// Runs on WebGPU, too.
import './backends.test.js'
