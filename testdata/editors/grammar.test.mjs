// The grammar of the extension for VS Code, read by VS Code's own library.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const top = join(here, '../..')
const require = createRequire(join(top, '.build/npm/'))
const { Registry, INITIAL, parseRawGrammar } = require('vscode-textmate')
const { loadWASM, createOnigScanner, createOnigString } = require('vscode-oniguruma')

await loadWASM(readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm')))
const path = join(top, 'examples/editors/vscode/syntaxes/livery.tmLanguage.json')
// The editor brings JSON's grammar; what matters here is that it is handed over to.
const json = '{ "scopeName": "source.json", "patterns": [{ "name": "string.json", "match": "\\"[^\\"]*\\"" }, { "name": "constant.numeric.json", "match": "[0-9]+" }] }'
const registry = new Registry({
  onigLib: Promise.resolve({ createOnigScanner, createOnigString }),
  loadGrammar: async (scope) => (scope === 'source.livery' ? parseRawGrammar(readFileSync(path, 'utf8'), path) : parseRawGrammar(json, 'json.json')),
})
const grammar = await registry.loadGrammar('source.livery')

// tokens are the words of a file with their scopes, and what is open at its end.
function tokens(file) {
  const list = []
  let state = INITIAL
  readFileSync(file, 'utf8').split('\n').forEach((row, i) => {
    const line = grammar.tokenizeLine(row, state)
    state = line.ruleStack
    for (const t of line.tokens) list.push({ line: i + 1, text: row.slice(t.startIndex, t.endIndex), scopes: t.scopes })
  })
  return { list, depth: state.depth }
}

const sources = (dir) => readdirSync(dir, { withFileTypes: true }).flatMap((d) =>
  d.isDirectory() ? (d.name === 'node_modules' ? [] : sources(join(dir, d.name))) : /\.(livery|liveryvars)\.hcl$/.test(d.name) ? [join(dir, d.name)] : [])

test('every word of the examples has a scope, and every file ends where it began', () => {
  const files = [...sources(join(top, 'examples')), join(here, 'grammar/everything.livery.hcl')]
  assert.ok(files.length > 10)
  for (const file of files) {
    const { list, depth } = tokens(file)
    assert.equal(depth, grammar.tokenizeLine('', INITIAL).ruleStack.depth, `${file} leaves something open`)
    for (const t of list) {
      const own = t.scopes.filter((s) => !s.startsWith('meta.') && s !== 'source.livery')
      assert.ok(!/[\p{L}\p{N}]/u.test(t.text) || own.length > 0, `${file}:${t.line}: nothing is said of ${JSON.stringify(t.text)}`)
      assert.ok(!t.scopes.some((s) => s.startsWith('invalid.')), `${file}:${t.line}: ${t.text} is called invalid`)
    }
  }
})

test('the scopes of a file with everything in it', () => {
  const { list } = tokens(join(here, 'grammar/everything.livery.hcl'))
  const said = list.filter((t) => t.text.trim() !== '').map((t) => `${t.line}\t${t.text.trim()}\t${t.scopes.slice(1).join(' ')}\n`).join('')
  const golden = join(here, 'grammar/everything.scopes')
  if (process.env.UPDATE) writeFileSync(golden, said)
  assert.equal(said, readFileSync(golden, 'utf8'))
})
