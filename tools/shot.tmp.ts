import { readFileSync } from 'node:fs'
import { launchChromium } from './chromium.ts'
const s = JSON.parse(readFileSync('/tmp/d1/demo.json','utf8'))
const b = await launchChromium()
const base='http://127.0.0.1:7201'
const login = s.logins['bravo.example'].officer
for (const scheme of ['light','dark'] as const) for (const width of [1280,390]) {
  const c = await b.newContext({ viewport:{width,height: width===1280?800:844}, colorScheme: scheme })
  const p = await c.newPage()
  p.on('console', m => { if (m.type()==='error') console.log('console', m.text()) }); p.on('pageerror', e => console.log('pageerror', e.message))
  const shot = async (n:string)=>{ await p.waitForTimeout(600); await p.screenshot({path:`/tmp/shots/${n}-${scheme}-${width}.png`}) }
  await p.goto(base+'/'); await shot('signin')
  await p.fill('input[type=email]', login.email); await p.fill('input[type=password]', login.password); await p.keyboard.press('Enter')
  await p.waitForTimeout(1500); await shot('records')
  console.log(p.url())
  await p.goto(base+'/objects'); await shot('objects')
  await p.goto(base+'/agreements'); await shot('agreements')
  await p.goto(base+'/node'); await shot('node')
  await p.goto(base+'/'); await p.waitForTimeout(800)
  const row = p.getByText('Threat data shared').first(); 
  if (await row.count()) { await row.click(); await p.waitForTimeout(800); await shot('record') }
  await c.close()
}
await b.close()
