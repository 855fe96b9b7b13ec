import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'

/** Whether the program `redis-server` is on this machine. */
export const hasRedisServer = spawnSync('redis-server', ['--version']).status === 0

/** A Redis of a test's own. */
export interface RedisServer {
  readonly url: string
  /** Ends it at once, as a crash does. */
  stop(): Promise<void>
}

/** Starts `redis-server` on a free port, with its files in `folder`; ready when the promise is kept. */
export async function startRedisServer(folder: string): Promise<RedisServer> {
  const port = await freePort()
  const child = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
    {
      stdio: 'ignore',
    },
  )
  const ended = once(child, 'exit')
  for (let attempt = 0; !(await answers(port)); attempt++) {
    if (attempt === 100) throw new Error(`redis-server does not answer on port ${port}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
