// What an answer must look like. Where the library of VS Code has a guard it judges; where
// it has none, the members are listed here. Members that the protocol does not know are
// refused, and so are kinds and words outside its lists.
import assert from 'node:assert/strict'

const list = (of) => (v) => Array.isArray(v) && v.every(of)
const oneOf = (...forms) => (v) => forms.some((f) => f(v))
const nothing = (v) => v === null
const text = (v) => typeof v === 'string'
const yes = (v) => v === true
const flag = (v) => typeof v === 'boolean'
const natural = (v) => Number.isInteger(v) && v >= 0
const from = (low, high) => (v) => Number.isInteger(v) && v >= low && v <= high
const word = (...words) => (v) => words.includes(v)

// members takes objects with these members and no others; those with "?" may be left out.
const members = (forms) => (v) => {
  if (v === null || typeof v !== 'object' || Array.isArray(v)) return false
  const known = Object.entries(forms).map(([name, form]) => [name.replace('?', ''), form, name.endsWith('?')])
  return Object.keys(v).every((name) => known.some(([k]) => k === name)) &&
    known.every(([name, form, optional]) => (name in v ? form(v[name]) : optional))
}
const both = (...forms) => (v) => forms.every((f) => f(v))

const forms = ({ Range, Location, WorkspaceEdit, TextEdit, Diagnostic, Hover, ColorInformation, ColorPresentation, InlayHint, FoldingRange, SelectionRange, DocumentSymbol, DocumentLink, CodeAction, SemanticTokens, MarkupContent }) => {
  const place = members({ line: natural, character: natural })
  const range = both((v) => Range.is(v), members({ start: place, end: place }))
  const location = both((v) => Location.is(v), members({ uri: text, range }))
  const edit = both((v) => TextEdit.is(v), members({ range, newText: text }))
  const prose = oneOf(text, both((v) => MarkupContent.is(v), members({ kind: word('markdown', 'plaintext'), value: text })))
  const diagnostic = both((v) => Diagnostic.is(v), members({
    range, severity: from(1, 4), 'code?': text, 'codeDescription?': members({ href: text }), source: word('livery'), message: text,
    'tags?': list(from(1, 2)), 'relatedInformation?': list(members({ location, message: text })), 'data?': () => true,
  }))
  const versioned = members({ textDocument: members({ uri: text, version: oneOf(nothing, Number.isInteger) }), edits: list(edit) })
  const workspaceEdit = both((v) => WorkspaceEdit.is(v), members({ documentChanges: list(versioned) }))
  const item = members({
    label: text, 'kind?': from(1, 25), 'detail?': text, 'documentation?': prose, 'sortText?': text, 'filterText?': text, 'preselect?': flag,
    'insertText?': text, 'textEdit?': edit, 'additionalTextEdits?': list(edit), 'insertTextFormat?': from(1, 2), 'tags?': list(word(1)), 'deprecated?': flag,
    'commitCharacters?': list(text), 'labelDetails?': members({ 'detail?': text, 'description?': text }), 'data?': () => true, 'command?': members({ title: text, command: text }),
  })
  const symbol = (v) => both((s) => DocumentSymbol.is(s), members({
    name: (n) => text(n) && n.trim() !== '', 'detail?': text, kind: from(1, 26), range, selectionRange: range, 'tags?': list(word(1)), 'children?': list(symbol),
  }), (s) => inside(s.selectionRange, s.range) && (s.children ?? []).every((c) => inside(c.range, s.range)))(v)
  const selection = (v) => both((s) => SelectionRange.is(s), members({ range, 'parent?': selection }), (s) => !s.parent || inside(s.range, s.parent.range))(v)
  const locations = oneOf(nothing, location, list(location))
  const share = (v) => typeof v === 'number' && v >= 0 && v <= 1
  const tokens = both((v) => SemanticTokens.is(v), members({ data: both(list(natural), (d) => d.length % 5 === 0), 'resultId?': text }))

  return {
    initialize: members({
      serverInfo: members({ name: word('livery'), version: text }),
      capabilities: members({
        positionEncoding: word('utf-8', 'utf-16', 'utf-32'),
        textDocumentSync: members({ openClose: yes, change: word(2), save: oneOf(flag, members({ 'includeText?': flag })) }),
        completionProvider: members({ resolveProvider: yes, triggerCharacters: list(text) }),
        signatureHelpProvider: members({ triggerCharacters: list(text), 'retriggerCharacters?': list(text) }),
        renameProvider: members({ prepareProvider: yes }),
        codeActionProvider: members({ codeActionKinds: list(text), 'resolveProvider?': flag }),
        semanticTokensProvider: members({ legend: members({ tokenTypes: list(text), tokenModifiers: list(text) }), full: yes, range: yes }),
        documentLinkProvider: members({ 'resolveProvider?': flag }),
        workspace: members({ workspaceFolders: members({ supported: yes, changeNotifications: oneOf(yes, text) }) }),
        documentFormattingProvider: yes, documentRangeFormattingProvider: yes, documentSymbolProvider: yes, workspaceSymbolProvider: yes,
        foldingRangeProvider: yes, selectionRangeProvider: yes, hoverProvider: yes, definitionProvider: yes, referencesProvider: yes,
        documentHighlightProvider: yes, colorProvider: yes, inlayHintProvider: yes,
      }),
    }),
    'textDocument/publishDiagnostics': members({ uri: text, 'version?': Number.isInteger, diagnostics: list(diagnostic) }),
    'textDocument/completion': oneOf(nothing, members({ isIncomplete: flag, items: list(item) })),
    'completionItem/resolve': item,
    'textDocument/hover': oneOf(nothing, both((v) => Hover.is(v), members({ contents: prose, 'range?': range }))),
    'textDocument/signatureHelp': oneOf(nothing, members({
      signatures: list(members({ label: text, 'documentation?': prose, 'activeParameter?': natural, 'parameters?': list(members({ label: oneOf(text, list(natural)), 'documentation?': prose })) })),
      'activeSignature?': natural, 'activeParameter?': natural,
    })),
    'textDocument/definition': locations,
    'textDocument/references': oneOf(nothing, list(location)),
    'textDocument/documentHighlight': oneOf(nothing, list(members({ range, 'kind?': from(1, 3) }))),
    'textDocument/prepareRename': oneOf(nothing, range, members({ range, placeholder: text })),
    'textDocument/rename': oneOf(nothing, workspaceEdit),
    'textDocument/documentColor': list(both((v) => ColorInformation.is(v), members({ range, color: members({ red: share, green: share, blue: share, alpha: share }) }))),
    'textDocument/colorPresentation': list(both((v) => ColorPresentation.is(v), members({ label: text, 'textEdit?': edit, 'additionalTextEdits?': list(edit) }))),
    'textDocument/inlayHint': oneOf(nothing, list(both((v) => InlayHint.is(v), members({ position: place, label: text, 'kind?': from(1, 2), 'tooltip?': prose, 'paddingLeft?': flag, 'paddingRight?': flag })))),
    'textDocument/codeAction': oneOf(nothing, list(both((v) => CodeAction.is(v), members({
      title: text, kind: (k) => /^(quickfix|refactor\.(extract|inline)|source\.fixAll)(\.|$)/.test(k), 'diagnostics?': list(diagnostic), 'isPreferred?': flag, edit: workspaceEdit, 'data?': () => true,
    })))),
    'textDocument/documentSymbol': oneOf(nothing, list(symbol)),
    'workspace/symbol': oneOf(nothing, list(members({ name: text, kind: from(1, 26), location, 'containerName?': text, 'tags?': list(word(1)) }))),
    'textDocument/formatting': oneOf(nothing, list(edit)),
    'textDocument/rangeFormatting': oneOf(nothing, list(edit)),
    'textDocument/foldingRange': oneOf(nothing, list(both((v) => FoldingRange.is(v), members({ startLine: natural, endLine: natural, 'startCharacter?': natural, 'endCharacter?': natural, 'kind?': word('comment', 'imports', 'region'), 'collapsedText?': text }), (f) => f.startLine <= f.endLine))),
    'textDocument/selectionRange': oneOf(nothing, list(selection)),
    'textDocument/documentLink': oneOf(nothing, list(both((v) => DocumentLink.is(v), members({ range, 'target?': text, 'tooltip?': text })))),
    'textDocument/semanticTokens/full': oneOf(nothing, tokens),
    'textDocument/semanticTokens/range': oneOf(nothing, tokens),
  }
}

const before = (a, b) => a.line < b.line || (a.line === b.line && a.character <= b.character)
const inside = (inner, outer) => before(outer.start, inner.start) && before(inner.end, outer.end)

let known
export function check(protocol, method, answer) {
  known ??= forms(protocol)
  assert.ok(known[method], `there is a form for ${method}`)
  assert.ok(known[method](answer), `the answer to ${method} is well formed: ${JSON.stringify(answer)?.slice(0, 2000)}`)
}
