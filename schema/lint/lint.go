// Package lint judges the quality of a stack: what the service takes without a
// complaint and people would still not want. Each rule is one file.
//
// It does not repeat what package source checks, and it does not know how the
// real page lays out its elements.
package lint

import (
	"github.com/hashicorp/hcl/v2"

	"livery/schema"
	"livery/schema/stack"
)

// rules are all there are, in the order of their names.
var rules = []func(*stack.Stack) hcl.Diagnostics{contrast}

// Stack gives the findings of every rule, at the levels that the stack's lint
// block asks for.
func Stack(s *stack.Stack) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, rule := range rules {
		diags = append(diags, rule(s)...)
	}
	s.Locate(diags)
	diags = append(schema.ApplyLevels(diags, s.Levels), s.Notices...)
	return schema.SortFindings(diags)
}
