import { Redis } from 'ioredis'
import { UsageError } from '../../errors.js'

/** The one queue that all sweeps and workers of a Redis share. */
export const queueName = 'gyre-cells'

const retryMilliseconds = 500
/** How long a Redis that goes away is waited for. */
const graceSeconds = 10

/** A connection to a Redis that is there. */
export interface RedisConnection {
  readonly redis: Redis
  /** Kept, with the error to tell, when the Redis was away for too long. */
  readonly lost: Promise<UsageError>
}

/** Connects to `redis://host:port`; a `UsageError` where nobody answers. */
export async function connectRedis(url: string): Promise<RedisConnection> {
  const name = withoutPassword(url)
  const options = { lazyConnect: true, connectTimeout: 5000 }
  const first = new Redis(url, { ...options, maxRetriesPerRequest: 0, retryStrategy: () => null })
  // What goes wrong is told by the promises.
  let problem = 'the connection was closed'
  first.on('error', (error: Error) => {
    problem = error.message
  })
  try {
    await first.connect()
    await first.ping()
  } catch (error) {
    const reason =
      error instanceof Error && error.message !== 'Connection is closed.' ? error.message : problem
    throw new UsageError(`--queue ${name}: no Redis answers there (${reason})`)
  } finally {
    first.disconnect()
  }
  const redis = new Redis(url, {
    ...options,
    // Commands wait for a Redis that restarts, instead of failing one by one.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (times * retryMilliseconds > graceSeconds * 1000 ? null : retryMilliseconds),
  })
  redis.on('error', () => {})
  await redis.connect()
  const lost = new Promise<UsageError>((resolve) => {
    redis.on('end', () =>
      resolve(
        new UsageError(
          `--queue ${name}: the Redis went away, and was not back within ${graceSeconds} s; the same command goes on once it is there`,
        ),
      ),
    )
  })
  return { redis, lost }
}

function withoutPassword(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || !['redis:', 'rediss:'].includes(parsed.protocol)) {
    throw new UsageError(`--queue ${url}: expected a URL such as redis://localhost:6379`)
  }
  parsed.username = ''
  parsed.password = ''
  return parsed.href
}
