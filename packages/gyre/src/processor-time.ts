/** Processor time that this process has used so far, over all its threads, in seconds. */
export function processorSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
