package lint

import (
	"fmt"

	"livery/schema"
	"livery/schema/rule"
)

// option is what the lint block says of a rule's option, or its default.
func option[T any](l *linter, id rule.ID, name string) T {
	if set, ok := l.Options[id][name]; ok {
		return set.Value.(T)
	}
	row, _ := rule.ByID(id)
	o, _ := row.Option(name)
	v, _ := o.Default.(T)
	return v
}

// idle finds rules that are on without that which they look for: who switched one on would
// take its silence for a good sign.
func idle(l *linter) {
	for _, row := range rule.All() {
		if !l.wants(row.ID) {
			continue
		}
		for _, o := range row.Options {
			if o.Needed && isEmpty(l.Options[row.ID][o.Name].Value) {
				l.report(row.ID, schema.Subject{Range: l.Module.Settings.RulesAt[row.ID]}, "Nothing to look for",
					fmt.Sprintf("The rule %s is on and finds nothing, since its option %s is not set. Set it in livery { lint { rule %q { … } } }, or leave the rule off.", row.ID, o.Name, row.ID), nil)
			}
		}
	}
}

func isEmpty(v any) bool {
	switch v := v.(type) {
	case []string:
		return len(v) == 0
	case []rule.TokenPair:
		return len(v) == 0
	default:
		return v == nil
	}
}
