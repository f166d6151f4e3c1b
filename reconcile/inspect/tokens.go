package inspect

import (
	"cmp"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/lint"
	"livery/schema/stack"
	"livery/schema/tokens"
)

// Token is a token of a file, and who wears it.
type Token struct {
	tokens.Token
	lint.TokenUse
}

// TokenFile is a file with its tokens, in its order.
type TokenFile struct {
	Path   string // as ranges name it
	Tokens []Token
}

// TokenList are the tokens that a stack could reach.
type TokenList struct{ Files []TokenFile }

// Keep takes out the tokens that are not wanted.
func (l *TokenList) Keep(wanted func(Token) bool) {
	for i := range l.Files {
		l.Files[i].Tokens = slices.DeleteFunc(l.Files[i].Tokens, func(t Token) bool { return !wanted(t) })
	}
}

// Tokens lists the tokens of a stack, or those of one file, which the stack need not read.
// Faults of the stack that leave the tokens as they are do not matter.
func Tokens(w *workspace.Workspace, file []string) (*TokenList, error) {
	s, diags, err := workspace.Reload(w, new(stack.Stack), stack.NeedNothing)
	if err != nil {
		return nil, err
	}
	list := listTokens(s)
	if len(file) == 0 {
		if faults := schema.SortFindings(slices.DeleteFunc(diags, isNoFault)); len(list.Files) == 0 && len(faults) > 0 {
			return nil, &workspace.InvalidError{Diagnostics: faults, Sources: s.Sources}
		}
		return list, nil
	}
	name := filepath.ToSlash(file[0])
	if !path.IsAbs(name) {
		name = path.Join(filepath.ToSlash(w.Prefix), name)
	}
	if i := slices.IndexFunc(list.Files, func(f TokenFile) bool { return f.Path == name }); i >= 0 {
		return &TokenList{list.Files[i : i+1]}, nil
	}
	if _, err := w.Dir.ReadFile(file[0]); err != nil {
		return nil, workspace.Failf("Cannot read a file", "%v.", err)
	}
	alone, diags, err := workspace.TokenFiles(w, file)
	if err != nil {
		return nil, err
	}
	list = listTokens(alone)
	if len(list.Files) == 0 && diags.HasErrors() {
		return nil, &workspace.InvalidError{Diagnostics: diags, Sources: alone.Sources}
	}
	return list, nil
}

func isNoFault(d *hcl.Diagnostic) bool { return d.Severity != hcl.DiagError }

// listTokens lists each token once, in however many sets it is: with the value and the
// alias that it has in the first.
func listTokens(s *stack.Stack) *TokenList {
	list, uses := new(TokenList), lint.TokenUses(s)
	type token struct {
		name string
		at   hcl.Range
	}
	seen := make(map[token]bool)
	for _, set := range s.Tokens {
		for _, t := range set.Tokens() {
			if seen[token{t.Name, t.Range}] {
				continue
			}
			seen[token{t.Name, t.Range}] = true
			i := slices.IndexFunc(list.Files, func(f TokenFile) bool { return f.Path == t.File })
			if i < 0 {
				i = len(list.Files)
				list.Files = append(list.Files, TokenFile{Path: t.File})
			}
			list.Files[i].Tokens = append(list.Files[i].Tokens, Token{t, uses[t.Range]})
		}
	}
	slices.SortFunc(list.Files, func(a, b TokenFile) int { return strings.Compare(a.Path, b.Path) })
	for _, f := range list.Files {
		slices.SortStableFunc(f.Tokens, func(a, b Token) int { return cmp.Compare(a.Range.Start.Byte, b.Range.Start.Byte) })
	}
	return list
}
