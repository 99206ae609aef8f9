import { spawnSync } from 'node:child_process'
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type CarriedFolder, CarriedFolderFailed, openCarriedFolder } from '../src/carried-folder.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

async function sticks(): Promise<{ at: string; outside: string; stick: CarriedFolder }> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-carried-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const [at, outside] = [join(dir, 'stick'), join(dir, 'outside')]
  for (const folder of [at, outside, join(at, 'a.example')]) mkdirSync(folder)
  writeFileSync(join(outside, 'secret'), 'secret')
  const stick = await openCarriedFolder(at)
  if (!stick.ok) throw new Error(stick.message)
  return { at, outside, stick: stick.value }
}

test('nothing but a regular file in real folders is read', async () => {
  const { at, outside, stick } = await sticks()
  symlinkSync(join(outside, 'secret'), join(at, 'a.example', 'card'))
  symlinkSync(outside, join(at, 'b.example'))
  symlinkSync('/dev/zero', join(at, 'a.example', 'zero'))
  spawnSync('mkfifo', [join(at, 'a.example', 'pipe')])
  for (const [path, why] of [
    ['a.example/card', 'is a link'],
    ['a.example/zero', 'is a link'],
    ['a.example/pipe', 'is a pipe'],
    ['b.example/secret', 'lies in b.example, which is a link'],
  ] as const) {
    expect(await stick.part(path, 100, 0)).toEqual({ kind: 'refused', why })
  }
  expect(await stick.list('b.example', 10)).toEqual([])
  expect(await stick.part('a.example/none', 100, 0)).toEqual({ kind: 'missing' })
  for (const path of ['../outside/secret', 'a.example/../../outside/secret', '/etc/hostname', 'a.example//card', '']) {
    await expect(stick.part(path, 100, 0)).rejects.toThrow('no path')
  }
})

test('no more is read than was asked for, of a file or of a list of names', async () => {
  const { at, stick } = await sticks()
  writeFileSync(join(at, 'a.example', 'huge'), '')
  truncateSync(join(at, 'a.example', 'huge'), 1_000_000_000_000)
  expect(await stick.part('a.example/huge', 10, 5)).toMatchObject({ bytes: Buffer.alloc(10), total: 1_000_000_000_000 })
  for (let i = 0; i < 50; i++) writeFileSync(join(at, 'a.example', `${i}`), '')
  expect(await stick.list('a.example', 7)).toHaveLength(7)
})

test('nothing is written through a link, on either side of its name', async () => {
  const { at, outside, stick } = await sticks()
  const secret = join(outside, 'secret')
  symlinkSync(secret, join(at, 'a.example', 'card'))
  symlinkSync(secret, join(at, 'a.example', 'index.new'))
  linkSync(secret, join(at, 'a.example', 'checkpoint'))
  for (const name of ['card', 'index', 'checkpoint']) {
    await stick.keep(`a.example/${name}`, bytes(name))
    expect(readFileSync(join(at, 'a.example', name), 'utf8')).toBe(name)
  }
  symlinkSync(outside, join(at, 'b.example'))
  await expect(stick.keep('b.example/secret', bytes('x'))).rejects.toThrow(CarriedFolderFailed)
  expect(readFileSync(secret, 'utf8')).toBe('secret')
})

test('a file that is equal is not written again, and one with a turned bit is', async () => {
  const { at, outside, stick } = await sticks()
  writeFileSync(join(outside, 'large'), Buffer.alloc(3_000_000, 7))
  const copy = () => stick.copy('a.example/x/large', join(outside, 'large'))
  expect([await copy(), await copy()]).toEqual(['new', 'same'])
  const there = readFileSync(join(at, 'a.example', 'x', 'large'))
  there[2_999_999] = 6
  writeFileSync(join(at, 'a.example', 'x', 'large'), there)
  expect([await copy(), await copy()]).toEqual(['replaced', 'same'])
  expect(await stick.copy('a.example/none', join(outside, 'none'))).toBeUndefined()
})

test('what is not ours and in the way is left, and told', async () => {
  const { at, stick } = await sticks()
  mkdirSync(join(at, 'a.example', 'card', 'somebody'), { recursive: true })
  await expect(stick.keep('a.example/card', bytes('card'))).rejects.toThrow('is a folder that is not empty')
  writeFileSync(join(at, 'b.example'), 'a file')
  await expect(stick.keep('b.example/card', bytes('card'))).rejects.toThrow('is a file, where a folder must be')
})
