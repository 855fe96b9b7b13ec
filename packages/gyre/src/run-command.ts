import { Command, CommanderError } from 'commander'
