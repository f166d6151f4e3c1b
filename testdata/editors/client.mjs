// An editor, as far as the server can tell: it speaks through the library that VS Code
// itself speaks through, and takes no answer that is not of the protocol's form.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { check } from './forms.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const top = join(here, '../..')
const protocol = createRequire(join(top, '.build/npm/'))('vscode-languageserver-protocol/node')
const livery = process.env.LIVERY ?? join(top, '.build/livery')

const everything = {
  general: {},
  workspace: {
    applyEdit: true, configuration: true, workspaceFolders: true, symbol: {},
    workspaceEdit: { documentChanges: true }, didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
  },
  textDocument: {
    synchronization: { didSave: true },
    completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown'] } },
    hover: { contentFormat: ['markdown'] },
    publishDiagnostics: { relatedInformation: true, versionSupport: true, codeDescriptionSupport: true, dataSupport: true, tagSupport: { valueSet: [1, 2] } },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'refactor', 'source'] } }, isPreferredSupport: true, dataSupport: true },
    rename: { prepareSupport: true },
    foldingRange: {},
    semanticTokens: { requests: { full: true, range: true }, tokenTypes: [], tokenModifiers: [], formats: ['relative'] },
  },
}

// offset is the byte of a position, told from the bytes of the text alone.
export function offset(text, { line, character }, encoding) {
  const rows = text.split('\n')
  let bytes = 0
  for (const row of rows.slice(0, line)) bytes += Buffer.byteLength(row) + 1
  return bytes + (encoding === 'utf-8' ? character : Buffer.byteLength(rows[line].slice(0, character)))
}

// position is the place of the n-th (from 0) occurrence of a word.
export function position(text, word, encoding, n = 0, within = 0) {
  let at = -1
  for (; n >= 0; n--) at = text.indexOf(word, at + 1)
  assert.ok(at >= 0, `there is no ${word}`)
  const before = text.slice(0, at + within)
  const row = before.slice(before.lastIndexOf('\n') + 1)
  return { line: before.split('\n').length - 1, character: encoding === 'utf-8' ? Buffer.byteLength(row) : row.length }
}

// Editor has a copy of a stack open, or will: the fixture's, unless another is named.
export class Editor {
  static open = new Set() // that were not closed: a test that fails closes none
  texts = new Map() // by URI, what is open
  diagnostics = [] // as they came
  waiting = [] // for diagnostics
  asked = [] // methods the server asked for
  versions = new Map()

  constructor(encoding = 'utf-16', stack = join(here, 'stack')) {
    this.encoding = encoding
    this.dir = realpathSync(mkdtempSync(join(tmpdir(), 'livery-editor-')))
    cpSync(stack, this.dir, { recursive: true })
    this.server = spawn(livery, ['lsp'], { stdio: ['pipe', 'pipe', 'inherit'], cwd: this.dir })
    Editor.open.add(this)
    this.ended = new Promise((resolve) => this.server.on('exit', resolve))
    this.connection = protocol.createProtocolConnection(this.server.stdout, this.server.stdin)
    this.connection.onError(([error]) => assert.fail(`the connection: ${error.message}`))
    this.connection.onUnhandledNotification((m) => assert.fail(`an unknown notification: ${m.method}`))
    this.connection.onNotification('textDocument/publishDiagnostics', (p) => this.published(p))
    this.connection.onRequest('workspace/configuration', (p) => {
      this.asked.push('workspace/configuration')
      assert.deepEqual(p, { items: [{ section: 'livery' }] })
      return [{ debounce: 20 }]
    })
    this.connection.onRequest('client/registerCapability', (p) => {
      this.asked.push('client/registerCapability')
      for (const r of p.registrations) assert.ok(r.id && r.method, 'a registration has an id and a method')
      return null
    })
    this.connection.listen()
  }

  uri(name) { return pathToFileURL(join(this.dir, name)).href }
  text(name) { return this.texts.get(this.uri(name)) ?? readFileSync(join(this.dir, name), 'utf8') }
  place(name, word, n = 0, within = 0) { return position(this.text(name), word, this.encoding, n, within) }
  document(name) { return { textDocument: { uri: this.uri(name) } } }
  at(name, word, n, within) { return { ...this.document(name), position: this.place(name, word, n, within) } }
  all(name) { return { ...this.document(name), range: { start: { line: 0, character: 0 }, end: { line: 1000, character: 0 } } } }
  notify(method, params) { return this.connection.sendNotification(method, params) }

  // raw asks, and takes whatever is answered.
  raw(method, ...args) { return this.connection.sendRequest(method, ...args) }

  // ask asks, and refuses an answer that is not of its form, or that leads out of a text.
  async ask(method, params) {
    const answer = await this.raw(method, params)
    check(protocol, method, answer)
    this.within(answer, params.textDocument?.uri)
    return answer
  }

  // within demands of each range of an answer that it lies in its text, in order.
  within(value, uri) {
    if (value === null || typeof value !== 'object') return
    const of = value.uri ?? value.targetUri ?? value.textDocument?.uri ?? uri
    if (value.start?.line !== undefined && of !== undefined) {
      const text = this.texts.get(of) ?? readFileSync(fileURLToPath(of), 'utf8')
      const [from, to] = [value.start, value.end].map((p) => offset(text, p, this.encoding))
      assert.ok(from <= to && to <= Buffer.byteLength(text), `${JSON.stringify(value)} lies in ${of}`)
    }
    for (const [key, inner] of Object.entries(value)) this.within(inner, key.startsWith('file:') ? key : of)
  }

  async start(options = {}) {
    const capabilities = structuredClone(everything)
    capabilities.general.positionEncodings = this.encoding === 'utf-16' ? ['utf-16', 'utf-8'] : [this.encoding]
    const result = await this.ask('initialize', {
      processId: process.pid, rootUri: this.uri(''), workspaceFolders: [{ uri: this.uri(''), name: 'stack' }],
      capabilities, initializationOptions: options,
    })
    assert.equal(result.capabilities.positionEncoding, this.encoding)
    await this.notify('initialized', {})
    return result
  }

  open(name, text = this.text(name)) {
    this.texts.set(this.uri(name), text)
    this.versions.set(this.uri(name), 1)
    return this.notify('textDocument/didOpen', { textDocument: { uri: this.uri(name), languageId: name.endsWith('.json') ? 'json' : 'livery', version: 1, text } })
  }

  // change replaces the n-th occurrence of a word.
  change(name, word, by, n = 0) {
    const uri = this.uri(name)
    const range = { start: this.place(name, word, n), end: this.place(name, word, n, word.length) }
    let at = -1
    for (let i = n; i >= 0; i--) at = this.text(name).indexOf(word, at + 1)
    this.texts.set(uri, this.text(name).slice(0, at) + by + this.text(name).slice(at + word.length))
    this.versions.set(uri, this.versions.get(uri) + 1)
    return this.notify('textDocument/didChange', { textDocument: { uri, version: this.versions.get(uri) }, contentChanges: [{ range, text: by }] })
  }

  published(p) {
    check(protocol, 'textDocument/publishDiagnostics', p)
    assert.ok(p.version === undefined || p.version <= this.versions.get(p.uri), 'no version that is yet to come')
    if (p.version === this.versions.get(p.uri)) this.within(p.diagnostics, p.uri)
    this.diagnostics.push(p)
    this.waiting = this.waiting.filter((w) => !w(p))
  }

  // findings are those of the text as it is, by their rules.
  findings(name, fits = () => true) {
    const uri = this.uri(name)
    const wanted = (p) => p.uri === uri && (p.version ?? 0) === (this.versions.get(uri) ?? 0) && fits(p.diagnostics)
    const last = this.diagnostics.findLast((p) => p.uri === uri)
    if (last && wanted(last)) return Promise.resolve(last.diagnostics)
    return new Promise((resolve) => this.waiting.push((p) => wanted(p) && (resolve(p.diagnostics), true)))
  }

  async close() {
    assert.equal(await this.raw('shutdown'), null)
    await this.notify('exit')
    assert.equal(await this.ended, 0, 'goodbye after a shutdown is no error')
    this.leave()
  }

  leave() {
    Editor.open.delete(this)
    this.server.kill()
    this.connection.dispose()
    rmSync(this.dir, { recursive: true })
  }
}
