// The same tests in the long run, over Redis too.
import './sweep-command.test.js'
