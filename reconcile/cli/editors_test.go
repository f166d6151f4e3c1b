//go:build unix

package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// editorFile is a file of the examples for editors.
func editorFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(t), "examples/editors", name))
	require.NoError(t, err)
	return string(text)
}

// TestEditorsNameTheSettings holds the extension's settings to those that the reference
// describes: their names, and what holds where nothing is set.
func TestEditorsNameTheSettings(t *testing.T) {
	var manifest struct {
		Contributes struct {
			Configuration struct {
				Properties map[string]struct {
					Default any `json:"default"`
				} `json:"properties"`
			} `json:"configuration"`
		} `json:"contributes"`
	}
	require.NoError(t, json.Unmarshal([]byte(editorFile(t, "vscode/package.json")), &manifest))
	settings := manifest.Contributes.Configuration.Properties
	rows := regexp.MustCompile("(?m)^\\| `([a-zA-Z.]+)` \\| (.*) \\|$").FindAllStringSubmatch(section(t, page(t, "reconcile/README.md"), "### lsp"), -1)
	require.Len(t, rows, 4)
	for _, row := range rows {
		setting, ok := settings["livery."+row[1]]
		require.True(t, ok, "the extension has no setting %s", row[1])
		assert.Regexp(t, fmt.Sprintf("[; `]%v`?$", setting.Default), row[2], row[1])
	}
	assert.Len(t, settings, len(rows)+2, "besides these there are livery.path and livery.trace.server")
}

// TestEditorsAreToldAlike holds the snippets that help shows to those of the examples.
func TestEditorsAreToldAlike(t *testing.T) {
	help, err := exec.Command("livery", "lsp", "-help").Output()
	require.NoError(t, err)
	examples := editorFile(t, "neovim.lua") + editorFile(t, "helix-languages.toml")
	shown := 0
	for _, line := range regexp.MustCompile(`(?m)^  (vim\.filetype.*|vim\.lsp\.enable.*|\[.*|[a-z-]+ = .*)$`).FindAllStringSubmatch(string(help), -1) {
		shown++
		assert.Contains(t, examples, line[1])
	}
	assert.Equal(t, 11, shown)
	for _, part := range []string{"cmd = { 'livery', 'lsp' }", "filetypes = { 'livery', 'json' }", "root_markers = { '.git' }"} {
		assert.Contains(t, examples, part)
		assert.Contains(t, string(help), part)
	}
}

// TestExtensionNamesNoRegistry: where packages come from is the business of whoever builds.
func TestExtensionNamesNoRegistry(t *testing.T) {
	lock := editorFile(t, "vscode/package-lock.json")
	assert.NotContains(t, lock, `"resolved"`)
	assert.Equal(t, strings.Count(lock, `"node_modules/`), strings.Count(lock, `"integrity"`), "every package is held by its digest")
}
