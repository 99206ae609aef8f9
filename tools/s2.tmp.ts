import { launchChromium } from './chromium.ts'
const b = await launchChromium()
b.on('disconnected',()=>console.log('disc'))
const p = await b.newPage(); p.on('crash',()=>console.log('crash'))
await p.goto('http://127.0.0.1:7201/'); console.log('loaded'); await p.waitForTimeout(500); console.log(await p.locator('body').innerText()); await p.screenshot({path:'/tmp/shots/a.png'}); console.log('shot'); await b.close()
