// Every method of the server, as VS Code's own library speaks them, in both encodings.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { afterEach } from 'node:test'
import { Editor, offset } from './client.mjs'

const main = 'main.livery.hcl'
const theme = 'theme.livery.hcl'
const texts = 'texts/en.json'
const tokens = 'brand.tokens.json'

afterEach(() => Editor.open.forEach((e) => e.leave()))

// questions are what is asked of the fixture: a method and, of an editor, its parameters.
const questions = (e) => {
  const range = (name, word, n) => ({ start: e.place(name, word, n), end: e.place(name, word, n, word.length) })
  const colour = (name, word) => ({ ...e.document(name), range: range(name, word), color: { red: 0, green: 1, blue: 0, alpha: 0.5 } })
  const actions = (only) => ({ ...e.all(main), context: { diagnostics: [], ...(only && { only }) } })
  return [
    ...[main, theme, texts, tokens].flatMap((name) => [
      ['textDocument/documentColor', e.document(name)],
      ['textDocument/inlayHint', e.all(name)],
      ['textDocument/documentSymbol', e.document(name)],
      ['textDocument/foldingRange', e.document(name)],
      ['textDocument/documentLink', e.document(name)],
      ['textDocument/semanticTokens/full', e.document(name)],
      ['textDocument/semanticTokens/range', e.all(name)],
      ['textDocument/formatting', { ...e.document(name), options: { tabSize: 2, insertSpaces: true } }],
    ]),
    ['textDocument/rangeFormatting', { ...e.document(theme), range: range(theme, 'theme "base"'), options: { tabSize: 2, insertSpaces: true } }],
    ['textDocument/hover', e.at(main, 'title_text', 0, 3)],
    ['textDocument/hover', e.at(theme, 'next_step_button_background_color', 0, 3)],
    ['textDocument/hover', e.at(texts, 'Done', 0, 1)],
    ['textDocument/definition', e.at(main, 'theme.base', 0, 7)],
    ['textDocument/definition', e.at(main, 'texts/en', 0, 2)],
    ['textDocument/definition', e.at(theme, 'color.danger', 0, 8)],
    ['textDocument/references', { ...e.at(theme, 'base', 0, 1), context: { includeDeclaration: true } }],
    ['textDocument/references', { ...e.at(theme, 'base', 0, 1), context: { includeDeclaration: false } }],
    ['textDocument/documentHighlight', e.at(main, 'theme.base', 0, 7)],
    ['textDocument/prepareRename', e.at(main, 'theme.base', 0, 7)],
    ['textDocument/rename', { ...e.at(main, 'theme.base', 0, 7), newName: 'ground' }],
    ['textDocument/selectionRange', { ...e.document(main), positions: [e.place(main, 'สวัสดี', 0, 3), e.place(main, 'success_desc')] }],
    ['textDocument/colorPresentation', colour(theme, '#0b5fff')],
    ['textDocument/colorPresentation', colour(tokens, '#d92d20')],
    ['textDocument/completion', e.at(main, 'success_desc', 0, 7)],
    ['textDocument/completion', e.at(main, 'theme.base', 0, 6)],
    ['textDocument/completion', e.at(texts, 'successDesc', 0, 4)],
    ['textDocument/signatureHelp', e.at(main, 'tokens("', 0, 8)],
    ['textDocument/codeAction', actions()],
    ['textDocument/codeAction', actions(['source.fixAll'])],
    ['workspace/symbol', { query: 'a' }],
  ]
}

// An editor that has the fixture open.
async function opened(encoding) {
  const e = new Editor(encoding)
  await e.start()
  for (const name of [main, theme, texts, tokens]) await e.open(name)
  await e.findings(theme, (list) => list.length > 0)
  return e
}

// inBytes is an answer with bytes for positions, so that it is the same in every encoding.
function inBytes(e, method, value, uri) {
  if (method.startsWith('textDocument/semanticTokens') && value) {
    let [line, character] = [0, 0]
    const words = []
    for (let i = 0; i < value.data.length; i += 5) {
      const [down, right, length, ...kind] = value.data.slice(i, i + 5)
      character = down ? right : character + right
      line += down
      words.push([offset(e.texts.get(uri), { line, character }, e.encoding), offset(e.texts.get(uri), { line, character: character + length }, e.encoding), ...kind])
    }
    return words
  }
  const walk = (v, of) => {
    if (v === null || typeof v !== 'object') return typeof v === 'string' ? v.replaceAll(e.uri(''), '') : v
    if (Array.isArray(v)) return v.map((x) => walk(x, of))
    const own = v.uri ?? v.textDocument?.uri ?? of
    if (v.line !== undefined) return offset(e.text(own.slice(e.uri('').length)), v, e.encoding)
    return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, walk(x, own)]))
  }
  return walk(value, uri)
}

test('every method answers in its form, and alike in both encodings', async () => {
  const said = []
  const asked = new Set()
  for (const encoding of ['utf-16', 'utf-8']) {
    const e = await opened(encoding)
    const answers = []
    for (const [method, params] of questions(e)) {
      const answer = await e.ask(method, params)
      asked.add(method)
      answers.push([method, inBytes(e, method, answer, params.textDocument?.uri)])
    }
    const items = await e.ask('textDocument/completion', e.at(main, 'success_desc', 0, 7))
    assert.ok(items.items.length > 0, 'fields are offered')
    for (const item of items.items.slice(0, 5)) await e.ask('completionItem/resolve', item)
    for (const { uri, diagnostics } of e.diagnostics) assert.ok(diagnostics.every((d) => d.source === 'livery'), uri)
    assert.deepEqual([...new Set(e.asked)].sort(), ['client/registerCapability', 'workspace/configuration'])
    said.push(answers)
    await e.close()
  }
  said[0].forEach((answer, i) => assert.deepEqual(said[1][i], answer))
  for (const [method, answer] of said[0]) {
    if (method === 'textDocument/signatureHelp' || method === 'textDocument/prepareRename') assert.ok(answer, method)
  }
  for (const method of new Set(said[0].map(([m]) => m))) {
    assert.ok(said[0].some(([m, a]) => m === method && a && (!Array.isArray(a) || a.length > 0)), `${method} has something to say of the fixture`)
  }
})

test('colours: three literals and a token, each at its place, Thai and an emoji before one of them', async () => {
  for (const encoding of ['utf-16', 'utf-8']) {
    const e = await opened(encoding)
    const found = await e.ask('textDocument/documentColor', e.document(theme))
    const hex = ({ red, green, blue, alpha }) => '#' + [red, green, blue, alpha].map((x) => Math.round(x * 255).toString(16).padStart(2, '0')).join('')
    assert.deepEqual(found.map((c) => [c.range, hex(c.color)]), [
      [{ start: { line: 3, character: 34 }, end: { line: 3, character: 41 } }, '#ffffffff'],
      [{ start: { line: 4, character: 34 }, end: { line: 4, character: 41 } }, '#1b2430ff'],
      encoding === 'utf-16'
        ? [{ start: { line: 5, character: 57 }, end: { line: 5, character: 64 } }, '#0b5fffff']
        : [{ start: { line: 5, character: 71 }, end: { line: 5, character: 78 } }, '#0b5fffff'],
      [{ start: { line: 6, character: 40 }, end: { line: 6, character: 65 } }, '#d92d20ff'],
    ])
    await e.close()
  }
})

test('lengths: 62 units with an emoji and Thai marks are 62/100, behind the text', async () => {
  for (const [encoding, character] of [['utf-16', 79], ['utf-8', 193]]) {
    const e = await opened(encoding)
    const hints = await e.ask('textDocument/inlayHint', e.all(main))
    assert.deepEqual(hints.filter((h) => h.position.line === 23).map((h) => [h.label, h.position.character, h.paddingLeft]), [['62/100', character, true]])
    await e.close()
  }
})

test('twenty edits in a row: each answer is about the text as it was when it was asked for', async () => {
  const e = await opened()
  const answers = []
  for (let i = 1; i <= 20; i++) {
    e.change(theme, i === 1 ? '#1b2430' : `#0000${(i - 1).toString(16).padStart(2, '0')}`, `#0000${i.toString(16).padStart(2, '0')}`)
    if (i % 2) e.change(theme, 'next_step', 'next_step', 0) // another version of the same text
    answers.push(e.raw('textDocument/documentColor', e.document(theme)))
  }
  const blue = (await Promise.all(answers)).map((list) => Math.round(list[1].color.blue * 255))
  assert.deepEqual(blue, Array.from({ length: 20 }, (_, i) => i + 1))
  e.change(theme, '#000014', '#00001')
  const broken = await e.findings(theme, (list) => list.some((d) => d.severity === 1))
  assert.ok(broken.some((d) => d.code === 'colour-format'), JSON.stringify(broken))
  e.change(theme, '#00001', '#1b2430')
  const final = await e.findings(theme, (list) => list.every((d) => d.severity !== 1))
  const versions = e.diagnostics.filter((p) => p.uri === e.uri(theme)).map((p) => p.version)
  assert.deepEqual(versions, versions.toSorted((a, b) => a - b), 'no version after a later one')
  const fresh = await opened()
  assert.deepEqual(final, await fresh.findings(theme))
  await fresh.close()
  await e.close()
})

test('answers come in the order of the questions, and what is cancelled is told so', async () => {
  const e = await opened()
  const order = []
  const asked = Array.from({ length: 200 }, (_, i) => {
    const source = { cancel: () => {} }
    const token = { isCancellationRequested: false, onCancellationRequested: (f) => { source.cancel = f; return { dispose() {} } } }
    const answer = e.raw('textDocument/hover', e.at(main, 'title_text', 0, 3), token).then(
      (a) => { order.push(i); return a },
      (error) => { order.push(i); return error.code },
    )
    if (i % 2) source.cancel()
    return answer
  })
  const answers = await Promise.all(asked)
  assert.deepEqual(order, asked.map((_, i) => i))
  assert.ok(answers.every((a, i) => (i % 2 ? a === -32800 || a.contents : a.contents)), 'none but those is cancelled')
  assert.ok(answers.includes(-32800), 'at least one was cancelled before it was begun')
  await e.close()
})

test('what is unsaved wins, what changes on disk is seen, what closes goes back', async () => {
  const e = await opened()
  e.change(texts, 'Done', 'x'.repeat(101))
  await e.findings(texts, (list) => list.some((d) => d.severity === 1))
  await e.notify('textDocument/didClose', e.document(texts))
  e.texts.delete(e.uri(texts))
  e.versions.delete(e.uri(texts))
  await e.findings(texts, (list) => list.every((d) => d.severity !== 1))
  writeFileSync(join(e.dir, texts), '{ "titleText": ')
  await e.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: e.uri(texts), type: 2 }] })
  await e.findings(texts, (list) => list.some((d) => d.severity === 1))
  await e.close()
})

test('the rules of the conversation', async () => {
  const e = new Editor()
  const refused = (code) => (error) => error.code === code
  await assert.rejects(e.raw('textDocument/hover', { ...e.document(main), position: { line: 0, character: 0 } }), refused(-32002))
  await e.start({ debounce: 0 })
  await assert.rejects(e.raw('livery/unheard', {}), refused(-32601))
  await e.notify('$/unheard', {})
  await e.open(main)
  await assert.rejects(e.raw('textDocument/rename', { ...e.at(main, 'theme.base', 0, 7), newName: 'not a name' }), (error) => error.message.length > 20)
  await assert.rejects(e.raw('textDocument/prepareRename', e.at(main, 'title_text', 0, 2)), refused(-32803))
  await e.notify('workspace/didChangeConfiguration', { settings: { livery: { inlayHints: { length: 'off' } } } })
  assert.deepEqual(await e.ask('textDocument/inlayHint', e.all(main)), [])
  assert.equal(await e.raw('shutdown'), null)
  await assert.rejects(e.raw('textDocument/hover', e.at(main, 'title_text')), refused(-32600))
  await e.notify('exit')
  assert.equal(await e.ended, 0)
})

test('JSON that no stack reads is none of its business', async () => {
  const e = await opened()
  const name = 'package.json'
  writeFileSync(join(e.dir, name), '')
  await e.open(name, '{"name":"x","colour":"#ff0000","mobileResultPage":{"successDesc":"Hi"}}')
  const empty = (v) => v === null || v.length === 0 || v.items?.length === 0 || v.data?.length === 0
  for (const [method, params] of [
    ['textDocument/documentColor', e.document(name)], ['textDocument/inlayHint', e.all(name)], ['textDocument/documentSymbol', e.document(name)],
    ['textDocument/foldingRange', e.document(name)], ['textDocument/documentLink', e.document(name)], ['textDocument/semanticTokens/full', e.document(name)],
    ['textDocument/formatting', { ...e.document(name), options: { tabSize: 2, insertSpaces: true } }],
    ['textDocument/hover', e.at(name, 'Hi')], ['textDocument/completion', e.at(name, 'name', 0, 2)],
  ]) {
    const answer = await e.ask(method, params)
    assert.ok(empty(answer), `${method}: ${JSON.stringify(answer)}`)
  }
  assert.deepEqual(e.diagnostics.filter((p) => p.uri === e.uri(name) && p.diagnostics.length > 0), [])
  await e.close()
})
