import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createBrotliDecompress } from 'node:zlib'
import { extract } from 'tar-fs'

const packageFolder = fileURLToPath(new URL('../node_modules/@sparticuz/chromium/', import.meta.url))

/**
 * Before all tests: SwiftShader, a GPU in software, for the processes that run them. It comes from the npm package of
 * a Chromium, so that nothing has to be installed on the machine. `VK_ICD_FILENAMES` chooses another driver.
 */
export default async function provideSoftwareGpu(): Promise<void> {
  if (process.env.VK_ICD_FILENAMES !== undefined) return
  if (process.platform !== 'linux' || process.arch !== 'x64') return
  const folder = await unpackSwiftShader()
  process.env.VK_ICD_FILENAMES = join(folder, 'vk_swiftshader_icd.json')
  // Where Dawn finds the Vulkan loader.
  const { LD_LIBRARY_PATH } = process.env
  process.env.LD_LIBRARY_PATH = [folder, ...(LD_LIBRARY_PATH ? [LD_LIBRARY_PATH] : [])].join(delimiter)
}

async function unpackSwiftShader(): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    readonly version: string
  }
  const cache = fileURLToPath(new URL('../node_modules/.cache/', import.meta.url))
  const folder = join(cache, `swiftshader-${version}`)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const aside = `${folder}.${process.pid}`
  const archive = join(packageFolder, 'bin/swiftshader.tar.br')
  await pipeline(createReadStream(archive), createBrotliDecompress(), extract(aside))
  try {
    renameSync(aside, folder)
  } catch (error) {
    // Another run was faster.
    rmSync(aside, { recursive: true })
    if (!existsSync(folder)) throw error
  }
  return folder
}
