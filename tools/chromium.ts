// A real Chromium for the tests: the machine's own, or the one that comes as an npm package for x64 Linux, with the
// libraries it brings where the machine lacks them.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const OWN = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export async function launchChromium(): Promise<Browser> {
  const own = [process.env.CHROMIUM, ...OWN].find((path) => path !== undefined && existsSync(path))
  if (own !== undefined) return chromium.launch({ executablePath: own, args: ['--no-sandbox'] })
  // It unpacks itself into the folder for temporary files; one of its own keeps two versions apart.
  const folder = join(tmpdir(), 'countersign-chromium')
  mkdirSync(folder, { recursive: true })
  const { TMPDIR } = process.env
  process.env.TMPDIR = folder
  // Where the machine lacks libraries such as libnss3, those packed with it are unpacked when this is set.
  process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs22.x'
  const { default: packed } = await import('@sparticuz/chromium')
  const executablePath = await packed.executablePath()
  // Its own list of fonts names folders of another place, and without any font it ends at the first letter.
  const fonts = join(folder, 'fonts.conf')
  writeFileSync(fonts, FONTS.replaceAll('FOLDER', folder))
  const env = { ...process.env, FONTCONFIG_FILE: fonts } as Record<string, string>
  if (TMPDIR === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = TMPDIR
  return chromium.launch({ executablePath, args: ['--no-sandbox'], env })
}

const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>FOLDER/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>FOLDER/fonts-cache</cachedir>
</fontconfig>
`
