package recursive

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2"

	"livery/reconcile/findings"
	"livery/reconcile/state"
	"livery/reconcile/workspace"
	"livery/schema"
	"livery/schema/config"
	"livery/schema/rule"
	"livery/schema/stack"
)

// Claims are what stacks keep for themselves: a state, and the documents of an account. Two
// that have the same would undo each other's work, each time. Stacks may claim at the same
// time.
type Claims struct {
	mu        sync.Mutex
	states    map[string]*stateClaim
	documents map[documentKey][]documentClaim
}

type stateClaim struct {
	shown  string
	stacks []string
}

// documentKey is a document of an account.
type documentKey struct {
	account string
	locale  schema.Locale
}

type documentClaim struct {
	stack   string
	baseURL string
	at      hcl.Range
	source  []byte
}

// NewClaims are those of a run that has not begun.
func NewClaims() *Claims {
	return &Claims{states: make(map[string]*stateClaim), documents: make(map[documentKey][]documentClaim)}
}

// State gives the function by which a workspace claims its state for a stack. What another
// stack has claimed is not opened.
func (c *Claims) State(stack string) func(key, shown string) error {
	return func(key, shown string) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		claim := c.states[key]
		if claim == nil {
			if strings.HasPrefix(key, "local\x00") && !filepath.IsAbs(shown) {
				shown = path.Join(stack, filepath.ToSlash(shown))
			}
			claim = &stateClaim{shown: shown}
			c.states[key] = claim
		}
		if !slices.Contains(claim.stacks, stack) {
			claim.stacks = append(claim.stacks, stack)
		}
		if len(claim.stacks) > 1 {
			return workspace.Failf("Another stack has the same state", "%s is the state of %s too.", shown, claim.stacks[0])
		}
		return nil
	}
}

// Documents claims what a plan is about for a stack. Each stack has a simulator of its own,
// if that is the one that is built in.
func (c *Claims) Documents(name string, op *workspace.Operation) {
	acc := op.Account()
	if acc.BaseURL == stack.Simulator {
		return
	}
	account := state.PlainURL(acc.BaseURL) + "\x00" + acc.AccessKey + "\x00" + keySource(op.Stack.Module, acc)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range op.Stack.Documents {
		key := documentKey{account, d.Locale}
		c.documents[key] = append(c.documents[key], documentClaim{name, acc.BaseURL, d.Range, op.Stack.Sources[d.Range.Filename]})
	}
}

// keySource names where an access key comes from that is not known yet; the environment has
// no name.
func keySource(m *config.Module, acc workspace.Account) string {
	if acc.AccessKey != "" || m.Account == nil || m.Account.Attribute("access_key") == nil {
		return ""
	}
	names := m.VariablesBehind(m.Account.Attribute("access_key").Expr)
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}

// Conflicts are what two stacks claim: states or, if each has its own, documents.
func (c *Claims) Conflicts() (hcl.Diagnostics, findings.Sources) {
	var diags hcl.Diagnostics
	sources := make(findings.Sources)
	for _, key := range slices.Sorted(maps.Keys(c.states)) {
		if claim := c.states[key]; len(claim.stacks) > 1 {
			slices.Sort(claim.stacks)
			diags = append(diags, conflict("shared-state", "Two stacks have the same state",
				fmt.Sprintf("%s keep their state in the same place, %s: each would take the other's documents for its own. Give each a place of its own in its backend block. Nothing was run.",
					strings.Join(claim.stacks, " and "), claim.shown), claim.stacks))
		}
	}
	if len(diags) > 0 {
		return diags, sources
	}
	for key, claims := range c.documents {
		slices.SortFunc(claims, func(a, b documentClaim) int { return cmp.Compare(a.stack, b.stack) })
		for _, second := range claims[1:] {
			first := claims[0]
			d := conflict("shared-document", "Two stacks declare the same document",
				fmt.Sprintf("%s of the account at %s is declared by %s (%s:%d) and by %s (%s:%d): the last that is applied would win, each time. Leave it to one of them, or give each an account of its own. Nothing was run.",
					key.locale.AddressOf(), second.baseURL, first.stack, first.at.Filename, first.at.Start.Line, second.stack, second.at.Filename, second.at.Start.Line),
				[]string{first.stack, second.stack}, key.locale.AddressOf())
			d.Subject = &second.at
			sources[second.at.Filename] = second.source
			diags = append(diags, d)
		}
	}
	return schema.SortFindings(diags), sources
}

func conflict(id rule.ID, summary, detail string, stacks []string, addresses ...schema.Address) *hcl.Diagnostic {
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail}
	schema.Attach(d, schema.Finding{Rule: id, Addresses: addresses, Stacks: stacks})
	return d
}
