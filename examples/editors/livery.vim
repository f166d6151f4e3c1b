" livery in Vim 9, below `filetype plugin indent on`: after modes that take all of *.hcl.
autocmd BufNewFile,BufRead *.livery.hcl,*.liveryvars.hcl set filetype=livery
autocmd FileType livery setlocal commentstring=#\ %s shiftwidth=2 expandtab
