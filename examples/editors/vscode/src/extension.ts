// Starts livery lsp and lets it speak with the editor. All that is known of the language
// is known there.
import { execFile } from 'node:child_process'
import { commands, ExtensionContext, window, workspace } from 'vscode'
import {
  DocumentSelector, DynamicFeature, LanguageClient, LanguageClientOptions, ServerCapabilities, StaticFeature,
} from 'vscode-languageclient/node'

// What is livery's by its name, and the JSON that a stack may read: texts and tokens.
const own: DocumentSelector = [
  { scheme: 'file', language: 'livery' },
  { scheme: 'untitled', language: 'livery' },
  { scheme: 'file', pattern: '**/*.{livery,liveryvars}.json' },
]
const all: DocumentSelector = [...own, { scheme: 'file', language: 'json' }]

// What the editor's own JSON does as well: two formatters for one file, and the editor
// asks which one is meant.
const ownOnly = new Set([
  'textDocument/formatting', 'textDocument/rangeFormatting', 'textDocument/documentSymbol',
  'textDocument/foldingRange', 'textDocument/selectionRange',
])

class Client extends LanguageClient {
  override registerFeature(feature: StaticFeature | DynamicFeature<unknown>): void {
    if ('registrationType' in feature && ownOnly.has(feature.registrationType.method)) {
      const initialize = feature.initialize.bind(feature)
      feature.initialize = (capabilities: ServerCapabilities) => initialize(capabilities, own)
    }
    super.registerFeature(feature)
  }
}

let client: Client | undefined

export async function activate(context: ExtensionContext): Promise<void> {
  context.subscriptions.push(
    commands.registerCommand('livery.restart', restart),
    workspace.onDidChangeConfiguration((e) => (e.affectsConfiguration('livery.path') ? restart() : undefined)),
  )
  await restart()
}

export async function deactivate(): Promise<void> {
  const running = client
  client = undefined
  await running?.dispose()
}

async function restart(): Promise<void> {
  await deactivate()
  const command = workspace.getConfiguration('livery').get<string>('path') || 'livery'
  const fault = await faultOf(command)
  if (fault) {
    void complain(fault) // without waiting: nobody may be looking
    return
  }
  const options: LanguageClientOptions = {
    documentSelector: all,
    outputChannelName: 'livery',
    synchronize: { configurationSection: 'livery' },
  }
  client = new Client('livery', 'livery', { command, args: ['lsp'] }, options)
  await client.start()
}

async function complain(fault: string): Promise<void> {
  const choice = await window.showErrorMessage(fault, 'Open Settings', 'Try again')
  if (choice === 'Open Settings') {
    await commands.executeCommand('workbench.action.openSettings', 'livery.path')
  } else if (choice === 'Try again') {
    await restart()
  }
}

// faultOf says why a program cannot be the language server; undefined if it can.
function faultOf(command: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(command, ['lsp', '-help'], { timeout: 10_000 }, (error, _stdout, stderr) => {
      if (!error) {
        resolve(undefined)
      } else if (error.code === 'ENOENT') {
        resolve(`There is no program "${command}". Install livery, or name it in the setting livery.path.`)
      } else if (error.code === 'EACCES') {
        resolve(`"${command}" is no program that you may run. Name livery in the setting livery.path.`)
      } else {
        resolve(`"${command}" is no livery with a language server: ${stderr.trim().split('\n')[0] || error.message}`)
      }
    })
  })
}
