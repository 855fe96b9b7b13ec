/** The module that `serve-in-browser.ts` was given; the bundle has it under this name. */
declare module 'benchmarked-system' {
  const start: import('../system.js').StartSystem
  export default start
}
