// The sheet of a report: one A4 page, whatever stands on it. Above, in words, what a person must know; below, small, what
// else there is. It loads nothing and runs nothing; the page says so itself, so that a browser keeps to it.

import { type Html, html, unitsOf } from './html.ts'

export interface SheetOf {
  banner: Html | undefined
  holds: boolean
  verdict: Html
  /** Said below the verdict where it does not hold. */
  reason: Html[]
  /** Set above the rows where they are no more than claims. */
  caveat: string | undefined
  rows: [label: string, value: Html][]
  table: Html | undefined
  notProved: { title: string; items: Html[] }
  checked: { title: string; items: { ok: boolean; text: Html }[] }
  details: { title: string; rows: [label: string | Html, value: Html][] }
  foot: [Html, Html]
}

export function sheet(of: SheetOf): Html {
  const { banner, notProved, checked, details } = of
  return html`<section class="sheet ${densityOf(of)}" data-holds="${String(of.holds)}">
${banner === undefined ? html`` : html`<p class="banner">${banner}</p>`}
<header>
<h1>${of.verdict}</h1>
${of.reason.map((line) => html`<p class="reason">${line}</p>`)}
</header>
<div class="upper">
${of.caveat === undefined ? html`` : html`<p class="caveat">${of.caveat}</p>`}
<dl>${of.rows.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl>
${of.table ?? html``}
</div>
<div class="lower">
<div class="columns">
<div><h2>${notProved.title}</h2><ul>${notProved.items.map((one) => html`<li>${one}</li>`)}</ul></div>
<div><h2>${checked.title}</h2><ul class="checks">${checked.items.map(({ ok, text }) => html`<li class="${ok ? 'ok' : 'bad'}">${text}</li>`)}</ul></div>
</div>
<div class="details"><h2>${details.title}</h2><dl>${details.rows.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl></div>
<footer><span>${of.foot[0]}</span><span>${of.foot[1]}</span></footer>
</div>
</section>`
}

/** The more is said, the smaller it is set, so that all of it is on the page. */
function densityOf({ rows, reason, table }: SheetOf): string {
  const said = [...rows.map(([, value]) => value), ...reason].map(({ text }) => text.replace(/<[^>]*>/g, ''))
  const units = said.reduce((sum, text) => sum + 24 + unitsOf(text), 0)
  if (table !== undefined) return 'listing'
  return units > 1_500 ? 'tightest' : units > 1_050 ? 'tight' : units > 700 ? 'close' : 'open'
}

export function documentOf(of: { language: string; title: string; sheets: readonly Html[]; faces: string }): string {
  // What a face holds is base64 and ranges that we wrote; nothing of the file is in the style.
  return `<!doctype html>
<html lang="${of.language === 'zh' ? 'zh-Hans' : of.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; font-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html`${of.title}`.text}</title>
<style>${of.faces}${STYLE}</style>
</head>
<body>
${of.sheets.map(({ text }) => text).join('\n')}
</body>
</html>
`
}

const STYLE = `
@page { size: A4; margin: 0 }
* { box-sizing: border-box }
:root { --ink: #14181d; --quiet: #4c5661; --line: #c3cad1; --bad: #a3161c; --good: #0d5c3a }
body { margin: 0; color: var(--ink); background: #e7eaed; font-family: "Inter", "Segoe UI", "Helvetica Neue", Arial, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "Countersign Han", "Noto Sans", sans-serif; line-height: 1.36; -webkit-print-color-adjust: exact; print-color-adjust: exact }
.sheet { display: flex; flex-direction: column; width: 210mm; height: 296.8mm; margin: 8mm auto; padding: 11mm 15mm 8mm; overflow: hidden; background: #fff; box-shadow: 0 1px 6px #0003 }
.sheet * { overflow-wrap: anywhere }
h1, h2, p, dl, dd, ul { margin: 0; padding: 0 }
.banner { margin: -11mm -15mm 6mm; padding: 3mm 15mm; color: #fff; background: #7a4b00; font-weight: 700; font-size: 11pt }
h1 { font-size: 21pt; line-height: 1.15; font-weight: 700; color: var(--good) }
[data-holds="false"] h1 { color: #fff; background: var(--bad); margin: 0 -15mm; padding: 5mm 15mm; font-size: 24pt }
.reason { margin-top: 3mm; font-size: 12.5pt; font-weight: 600 }
.reason + .reason { margin-top: 1mm; font-size: 10.5pt; font-weight: 400 }
.caveat { margin-bottom: 2mm; color: var(--bad); font-weight: 700 }
.upper { margin-top: 6mm; font-size: 11.5pt }
.close .upper { font-size: 9.4pt; margin-top: 4mm }
.tight .upper { font-size: 8.2pt; margin-top: 3mm }
.tightest .upper { font-size: 7pt; margin-top: 3mm }
.listing .upper { font-size: 8.6pt; margin-top: 3mm }
.upper dl { display: grid; grid-template-columns: 30mm 1fr; gap: 2.4mm 4mm }
.tight .upper dl, .tightest .upper dl { gap: 1.2mm 4mm }
.upper dt { color: var(--quiet) }
.upper dd > p + p { margin-top: 0.8mm }
.strong { font-weight: 650 }
.quiet { color: var(--quiet) }
table { width: 100%; margin-top: 3mm; border-collapse: collapse; font-size: 7.2pt; table-layout: fixed }
th, td { padding: 0.8mm 1.2mm; border-bottom: 0.2mm solid var(--line); text-align: left; vertical-align: top }
th { color: var(--quiet); font-weight: 600 }
td.bad { color: var(--bad); font-weight: 700 }
col.number { width: 9mm } col.answers { width: 17mm } col.by { width: 38mm }
.lower { margin-top: auto; padding-top: 4mm }
.columns { display: grid; grid-template-columns: 1fr 1fr; gap: 7mm; font-size: 8pt; line-height: 1.3 }
h2 { margin-bottom: 1.2mm; font-size: 9pt; font-weight: 700 }
.columns ul { list-style: none }
.columns li { padding-left: 4mm; text-indent: -4mm }
.columns li::before { display: inline-block; width: 4mm; text-indent: 0; content: "–" }
.checks .ok::before { content: "✓"; color: var(--good) }
.checks .bad { color: var(--bad); font-weight: 600 }
.checks .bad::before { content: "✗" }
.details { margin-top: 3.5mm; padding-top: 2mm; border-top: 0.2mm solid var(--line); font-size: 6.4pt; line-height: 1.3; color: var(--quiet) }
.details h2 { font-size: 7pt; margin-bottom: 0.6mm }
.details dl { display: grid; grid-template-columns: 30mm 1fr; gap: 0.3mm 3mm }
.details dd { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace, "Countersign Han" }
footer { display: flex; justify-content: space-between; gap: 6mm; margin-top: 2.5mm; font-size: 6.8pt; color: var(--quiet) }
@media screen and (max-width: 225mm) {
  .sheet { width: auto; height: auto; min-height: 100vh; margin: 0; padding: 5mm; overflow: visible }
  .sheet .banner, [data-holds="false"] h1 { margin-left: -5mm; margin-right: -5mm; padding-left: 5mm; padding-right: 5mm }
  .sheet .banner { margin-top: -5mm }
  .upper dl, .details dl { grid-template-columns: minmax(22mm, 1fr) 3fr }
  .columns { grid-template-columns: 1fr }
}
@media print {
  body { background: #fff }
  .sheet { margin: 0; box-shadow: none; break-inside: avoid }
  .sheet + .sheet { break-before: page }
}
`
