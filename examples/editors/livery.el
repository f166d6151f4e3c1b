;;; livery in Emacs 29 and later, with eglot: for init.el.
(define-derived-mode livery-mode prog-mode "livery"
  (setq-local comment-start "# " comment-start-skip "#+ *" indent-tabs-mode nil tab-width 2))
;; What is added last is looked at first: this stands below hcl-mode and terraform-mode.
(add-to-list 'auto-mode-alist '("\\.livery\\(vars\\)?\\.hcl\\'" . livery-mode))
(add-hook 'livery-mode-hook #'eglot-ensure)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(livery-mode "livery" "lsp")))
