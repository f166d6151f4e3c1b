// Writes, as HTML, what an editor would show of examples/acme while somebody types: every
// underline, swatch, length and colour of a word is an answer of the server.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Editor } from './client.mjs'

const editor = new Editor('utf-16', fileURLToPath(new URL('../../examples/acme', import.meta.url)))
const { capabilities } = await editor.start({ inlayHints: { colours: 'on' } })
const kinds = capabilities.semanticTokensProvider.legend.tokenTypes
const [themes, texts] = ['themes.livery.hcl', 'texts/th.json']
for (const name of [themes, texts]) await editor.open(name)
editor.change(themes, 'progress_color = local.brand', 'progress_color = local.brnd')
editor.change(texts, 'อยู่นิ่ง ๆ เรากำลังจะเริ่ม', 'อยู่นิ่ง ๆ เรากำลังจะเริ่ม กรุณาถือโทรศัพท์ให้มั่นคงในระดับสายตาและมองตรงมาที่กล้องจนกว่าจะเสร็จทุกขั้นตอน')
const panes = [
  { name: themes, parts: [[9, 12], [18, 31]] },
  { name: texts, parts: [[1, 9]] },
]
const finds = (list) => list.some((d) => d.severity === 1)
for (const pane of panes) pane.findings = await editor.findings(pane.name, finds)

const escape = (text) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c])
const css = ({ red, green, blue, alpha }) => `rgb(${[red, green, blue].map((x) => Math.round(x * 255)).join(' ')} / ${alpha})`

// marks are what begins and ends at the characters of a line.
async function marks(name) {
  const rows = new Map()
  const add = (line, at, order, html) => rows.set(line, [...(rows.get(line) ?? []), { at, order, html }])
  const { data } = await editor.ask('textDocument/semanticTokens/full', editor.document(name))
  for (let i = 0, line = 0, at = 0; i < data.length; i += 5) {
    at = data[i] ? data[i + 1] : at + data[i + 1]
    line += data[i]
    add(line, at, 2, `<span class="${kinds[data[i + 3]]}">`)
    add(line, at + data[i + 2], 0, '</span>')
  }
  for (const { range, color } of await editor.ask('textDocument/documentColor', editor.document(name))) {
    add(range.start.line, range.start.character, 1, `<i class="swatch" style="background:${css(color)}"></i>`)
  }
  for (const { position, label } of await editor.ask('textDocument/inlayHint', editor.all(name))) {
    add(position.line, position.character, 1, `<span class="hint${label.includes('too long') ? ' over' : ''}">${escape(label)}</span>`)
  }
  return rows
}

async function drawn({ name, parts, findings }) {
  const rows = await marks(name)
  const faults = findings.filter((d) => d.severity === 1)
  const source = editor.text(name).split('\n')
  const line = (line) => {
    const row = source[line]
    const fault = faults.find((d) => d.range.start.line === line)
    const all = [...(rows.get(line) ?? [])]
    if (fault) {
      all.push({ at: fault.range.start.character, order: 3, html: '<u>' }, { at: fault.range.end.character, order: -1, html: '</u>' })
    }
    all.sort((a, b) => a.at - b.at || a.order - b.order)
    let [html, from] = ['', 0]
    for (const mark of all) {
      html += escape(row.slice(from, mark.at)) + mark.html
      from = mark.at
    }
    const said = fault ? `<div class="said">${escape(fault.message)}</div>` : ''
    return `<div class="line"><b>${line + 1}</b><code>${html}${escape(row.slice(from))}</code></div>${said}`
  }
  const part = ([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => line(first + i - 1)).join('')
  return `<section><h1>${name}</h1>${parts.map(part).join('<div class="line"><b>⋯</b></div>')}</section>`
}

const sections = []
for (const pane of panes) sections.push(await drawn(pane))
await editor.close()
process.stdout.write(`<!doctype html><meta charset="utf-8"><style>
  * { box-sizing: border-box; margin: 0 }
  html { background: #e7e9ee }
  body { display: grid; gap: 14px; padding: 14px; width: 1000px }
  section { background: #fff; border-radius: 8px; padding-bottom: 10px; box-shadow: 0 1px 3px #0003; overflow: hidden }
  h1 { font: 600 12px system-ui, "Noto Sans", sans-serif; padding: 8px 14px; background: #f4f5f8; color: #475; margin-bottom: 8px }
  .line { display: flex; font: 13px/20px "Noto Sans Mono", "DejaVu Sans Mono", "Noto Sans", "Noto Sans Thai", monospace; white-space: pre }
  .line b { width: 44px; padding-right: 14px; text-align: right; color: #aab; font-weight: 400; flex: none }
  code { font: inherit }
  .swatch { display: inline-block; width: 11px; height: 11px; margin: 0 4px -1px 0; border: 1px solid #0006; border-radius: 2px }
  .hint { margin-left: 6px; padding: 0 5px; border-radius: 4px; background: #eef0f4; color: #667; font-size: 11px }
  .hint.over { background: #fde7e7; color: #b00020 }
  u { text-decoration: underline wavy #d0021b; text-underline-offset: 3px }
  .said { margin: 2px 14px 4px 58px; padding: 3px 10px; border-left: 3px solid #d0021b; background: #fff3f3; color: #7a1020; font: 12px/17px system-ui, "Noto Sans", sans-serif; white-space: pre-wrap }
  .keyword { color: #8b2fb3 } .class { color: #0b6e8a } .property { color: #1a4f9c } .variable { color: #333 } .function { color: #7a5a00 }
  .string { color: #22663b } .number { color: #a0410d } .comment { color: #7a8494; font-style: italic } .operator { color: #555 } .enumMember { color: #0b6e8a } .regexp { color: #a0410d }
</style>${sections.join('')}`)
