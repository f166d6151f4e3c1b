-- livery in Neovim 0.11 and later: for init.lua.
vim.filetype.add({ pattern = { ['.*%.livery%.hcl'] = 'livery', ['.*%.liveryvars%.hcl'] = 'livery' } })
vim.api.nvim_create_autocmd('FileType', { -- where a plugin takes all of *.hcl
  pattern = { 'hcl', 'terraform' },
  callback = function(e) if e.file:find('%.livery%a*%.hcl$') then vim.bo[e.buf].filetype = 'livery' end end,
})
vim.lsp.config('livery', {
  cmd = { 'livery', 'lsp' },
  filetypes = { 'livery', 'json' }, -- JSON: the texts and tokens that stacks read
  root_markers = { '.git' },
  on_attach = function(_, buf) vim.lsp.inlay_hint.enable(true, { bufnr = buf }) end,
})
vim.lsp.enable('livery')
