package stack

import (
	"fmt"
	"slices"

	"livery/schema"
	"livery/schema/config"
	"livery/schema/rule"
)

// removals reads removed blocks.
type removals struct {
	*config.Faults
	stack *Stack // what is declared in it cannot be removed
}

// all reads every removed block of a module.
func (r removals) all(m *config.Module) {
	for _, b := range m.Removed {
		from := b.Attribute("from")
		for _, a := range b.Attributes {
			if a.Name == "from" {
				continue
			}
			r.UnknownField(a, "A removed block", schema.Subject{}, []string{"from"}, []string{"lifecycle"})
		}
		for _, block := range b.Blocks {
			if block.Type != "lifecycle" {
				r.UnknownBlock(block, "in a removed block", schema.Subject{}, []string{"lifecycle"}, []string{"from"})
				continue
			}
			r.lifecycle(block)
		}
		if from == nil {
			r.Report(schema.Diagnose(rule.Required, schema.Subject{Range: b.DefRange}, "Missing attribute", "A removed block needs from, such as from = locale.th_TH."))
			continue
		}
		r.removedFrom(from)
	}
}

// lifecycle accepts Terraform's way of saying what a removed block does anyway.
func (r removals) lifecycle(b *config.Block) {
	r.Labelled(b)
	for _, block := range b.Blocks {
		r.UnknownBlock(block, "in a lifecycle block", schema.Subject{}, nil, []string{"destroy"})
	}
	for _, a := range b.Attributes {
		if a.Name != "destroy" {
			r.UnknownField(a, "A lifecycle block", schema.Subject{}, []string{"destroy"}, nil)
			continue
		}
		if r.ConstantBool(a) {
			r.Report(schema.Diagnose(rule.Enum, schema.Subject{Range: a.Expr.Range()}, "Not a valid value",
				"A removed block never touches the live page. To put the page back to the API's default look, delete the locale block and leave this one out."))
		}
	}
}

func (r removals) removedFrom(from *config.Attribute) {
	at := schema.Subject{Range: from.Expr.Range()}
	ref, ok := config.Reference(from.Expr)
	if !ok || len(ref) != 2 {
		r.Report(schema.Diagnose(rule.Reference, at, "Not an address", "from takes an address, such as locale.th_TH or session.onboarding."))
		return
	}
	name, _ := config.NameIn(ref)
	address, err := schema.ParseAddress(ref.RootName() + "." + name)
	if err != nil {
		r.Report(schema.Diagnose(rule.Reference, at, "Not an address", err.Error()+"."))
		return
	}
	declared := slices.ContainsFunc(r.stack.Documents, func(d schema.Document) bool { return d.Locale.AddressOf() == address }) ||
		slices.ContainsFunc(r.stack.Sessions, func(s schema.Session) bool { return s.Address() == address })
	if declared {
		r.Report(schema.Diagnose(rule.Duplicate, at, "Removed but declared", fmt.Sprintf("%s is still declared. Delete its block, or this one.", address)))
		return
	}
	if i := slices.IndexFunc(r.stack.Removed, func(other Removed) bool { return other.Address == address }); i >= 0 {
		r.Duplicate(at.Range, r.stack.Removed[i].Range, fmt.Sprintf("%s is removed twice.", address))
		return
	}
	r.stack.Removed = append(r.stack.Removed, Removed{Address: address, Range: from.Expr.Range()})
}
