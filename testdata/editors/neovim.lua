-- The snippet of examples/editors in a real Neovim:
--   nvim --headless -u NONE -S testdata/editors/neovim.lua
-- Where Neovim is older than the snippet asks for, what it misses is given to it first:
-- vim.lsp.config and vim.lsp.enable are a few lines over vim.lsp.start_client.
local top = vim.fn.getcwd()

if not vim.lsp.config then
  local configs = {}
  vim.lsp.inlay_hint = { enable = function() end }
  vim.lsp.config = function(name, config) configs[name] = config end
  vim.lsp.enable = function(name)
    local config, id = vim.tbl_extend('force', { name = name }, configs[name]), nil
    vim.api.nvim_create_autocmd('FileType', {
      pattern = config.filetypes,
      callback = function(e)
        local root = vim.fn.fnamemodify(e.file, ':p:h')
        config.root_dir = config.root_dir or root
        config.workspace_folders = config.workspace_folders or { { uri = vim.uri_from_fname(root), name = root } }
        id = id or vim.lsp.start_client(config)
        vim.lsp.buf_attach_client(e.buf, id)
      end,
    })
  end
end

local function wait(what, done)
  assert(vim.wait(30000, done, 50), 'waited in vain for ' .. what)
end
local function lines(buf) return table.concat(vim.api.nvim_buf_get_lines(buf or 0, 0, -1, true), '\n') .. '\n' end
local function buffer(name) return vim.fn.bufnr(name .. '$') end
local function cursor(pattern)
  vim.fn.cursor(1, 1)
  assert(vim.fn.search(pattern) > 0, 'there is no ' .. pattern)
end
local function equal(want, got, what)
  assert(vim.deep_equal(want, got), what .. ': ' .. vim.inspect(got) .. ' and not ' .. vim.inspect(want))
end

local function run()
  local dir = vim.fn.resolve(vim.fn.tempname())
  vim.fn.mkdir(dir, 'p')
  vim.fn.system({ 'cp', '-R', top .. '/testdata/editors/stack/.', dir })
  vim.cmd('filetype plugin on')
  vim.cmd('autocmd BufRead,BufNewFile *.hcl set filetype=hcl') -- as plugins for HCL do
  dofile(top .. '/examples/editors/neovim.lua')
  vim.cmd('cd ' .. dir)
  vim.o.hidden = true

  vim.cmd('edit main.livery.hcl')
  vim.cmd('edit theme.livery.hcl')
  equal('livery', vim.bo.filetype, 'the kind of the file')
  local function client() return vim.tbl_values(vim.lsp.buf_get_clients(0))[1] end
  wait('the server', function() return client() and client().server_capabilities end)
  wait('diagnostics', function() return #vim.diagnostic.get(0) > 0 end)
  for _, d in ipairs(vim.diagnostic.get(0)) do equal('livery', d.source, 'who says so') end

  -- What this Neovim has no view for is asked for as it is.
  local function ask(method, params)
    local answer, fault = client().request_sync(method, params, 30000, 0)
    assert(answer and not answer.err, method .. ': ' .. vim.inspect(fault or answer))
    return answer.result
  end
  local document = { uri = vim.uri_from_bufnr(0) }
  local colours = vim.tbl_map(function(c) return { c.range.start.line, c.range.start.character, c.range['end'].character } end,
    ask('textDocument/documentColor', { textDocument = document }))
  equal({ { 3, 34, 41 }, { 4, 34, 41 }, { 5, 57, 64 }, { 6, 40, 65 } }, colours, 'colours')
  local hints = ask('textDocument/inlayHint', {
    textDocument = { uri = vim.uri_from_bufnr(buffer('main.livery.hcl')) },
    range = { start = { line = 0, character = 0 }, ['end'] = { line = 100, character = 0 } },
  })
  equal('62/100', hints[1].label, 'the length of the Thai text')

  vim.fn.system({ 'cp', '-R', dir, dir .. '-formatted' })
  vim.fn.system({ 'livery', '-chdir=' .. dir .. '-formatted', 'fmt' })
  if vim.lsp.buf.format then vim.lsp.buf.format({ timeout_ms = 30000 }) else vim.lsp.buf.formatting_sync(nil, 30000) end
  equal(table.concat(vim.fn.readfile(dir .. '-formatted/theme.livery.hcl'), '\n') .. '\n', lines(), 'the formatted file')

  cursor('"\\zsbase"')
  vim.lsp.buf.rename('ground')
  wait('the new name here', function() return lines():find('theme "ground"', 1, true) end)
  local main = buffer('main.livery.hcl')
  local _, left = lines(main):gsub('theme%.base', '')
  local _, renamed = lines(main):gsub('theme%.ground', '')
  equal({ 0, 2 }, { left, renamed }, 'the name in the other file')

  cursor('color\\.\\zsdanger')
  vim.lsp.buf.definition()
  wait('the line of the token', function() return vim.fn.expand('%:t') == 'brand.tokens.json' and vim.fn.line('.') == 5 end)

  vim.lsp.stop_client(vim.lsp.get_active_clients())
  wait('goodbye', function() return #vim.lsp.get_active_clients() == 0 end)
end

local ok, fault = xpcall(run, debug.traceback)
local version = vim.version()
io.stdout:write(ok and ('Neovim %d.%d.%d speaks with livery\n'):format(version.major, version.minor, version.patch) or fault .. '\n')
vim.cmd(ok and 'qall!' or 'cquit 1')
