// The extension for VS Code as it is packed, with the real client library and the real
// server; only the editor itself is a stand-in, which notes what is registered with it.
import assert from 'node:assert/strict'
import Module, { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import test, { beforeEach } from 'node:test'
import { fileURLToPath } from 'node:url'

const top = join(fileURLToPath(new URL('.', import.meta.url)), '../..')
const livery = process.env.LIVERY ?? join(top, '.build/livery')
const require = createRequire(import.meta.url)

const disposable = { dispose() {} }
const event = () => disposable
const registered = new Map() // provider => files
const errors = []
let path = 'livery'

// standIn has the members that are named, and for any other something that does nothing.
const standIn = (members, other = () => disposable) => new Proxy(members, { get: (t, name) => (name in t ? t[name] : other(name)) })
class Anything {
  constructor() { this.event = event }
  static parse(text) { return { toString: () => text, fsPath: text, scheme: 'file' } }
  static file(name) { return Anything.parse(`file://${name}`) }
  fire() {}
  dispose() {}
  cancel() {}
  get token() { return { isCancellationRequested: false, onCancellationRequested: event } }
}
const kind = { value: 'quickfix', append: () => kind }
const channel = standIn({ logLevel: 2, onDidChangeLogLevel: event }, () => () => {})
const vscode = standIn({
  __esModule: true,
  version: '1.91.0',
  env: { appName: 'stand-in', language: 'en' },
  l10n: { t: (text) => text },
  extensions: { getExtension: () => undefined },
  CodeActionKind: standIn({}, () => kind),
  commands: { registerCommand: event, executeCommand() {} },
  languages: standIn({ match: () => 1, createDiagnosticCollection: () => standIn({}, () => () => {}) }, (name) => (files) => {
    registered.set(name, files)
    return disposable
  }),
  workspace: standIn({
    workspaceFolders: [], textDocuments: [], notebookDocuments: [],
    getConfiguration: () => ({ get: (name) => (name === 'path' ? path : undefined), inspect: () => undefined }),
  }, () => () => standIn({}, () => event)),
  window: standIn({
    visibleTextEditors: [], tabGroups: { all: [], onDidChangeTabs: event, onDidChangeTabGroups: event },
    createOutputChannel: () => channel, showErrorMessage: async (text) => { errors.push(text) },
  }, () => event),
}, (name) => (/^[A-Z]/.test(name) ? Anything : undefined))
const load = Module._load
Module._load = (name, ...rest) => (name === 'vscode' ? vscode : load(name, ...rest))
const extension = require(join(top, '.build/vscode/out/extension.js'))

beforeEach(() => {
  registered.clear()
  errors.length = 0
})

test('the server starts, and formats no JSON but its own', async () => {
  process.env.PATH = dirname(livery) + delimiter + process.env.PATH
  await extension.activate({ subscriptions: [] })
  assert.deepEqual(errors, [])
  const takesJSON = (files) => files.some((f) => f.language === 'json')
  for (const name of ['Color', 'InlayHints', 'CompletionItem', 'Hover', 'Definition', 'Rename', 'CodeActions', 'DocumentLink']) {
    assert.ok(takesJSON(registered.get(`register${name}Provider`)), `${name}: of texts and tokens too`)
  }
  for (const name of ['DocumentFormattingEdit', 'DocumentRangeFormattingEdit', 'DocumentSymbol', 'FoldingRange', 'SelectionRange']) {
    const files = registered.get(`register${name}Provider`)
    assert.ok(files.length > 0 && !takesJSON(files), `${name}: the editor's JSON has that itself`)
  }
  await extension.deactivate()
})

test('without the program, or with another one, a message says so', async () => {
  path = join(top, 'there-is-none')
  await extension.activate({ subscriptions: [] })
  assert.match(errors[0], /There is no program ".*there-is-none".*livery\.path/)
  path = process.execPath
  await extension.activate({ subscriptions: [] })
  assert.match(errors[1], /is no livery with a language server/)
  assert.equal(registered.size, 0)
  await extension.deactivate()
})
