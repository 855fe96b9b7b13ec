// Versions that follow each other, too.
import './site.test.js'
