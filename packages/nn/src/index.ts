export type { Adaptable, Delta } from './delta.js'
export { constant, normal, seedParameters, uniform } from './initializers.js'
export { Linear, type LinearOptions } from './linear.js'
export { Module } from './module.js'
