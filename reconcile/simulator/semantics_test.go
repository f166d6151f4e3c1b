package simulator_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/reconcile/simulator"
)

func TestSemantics(t *testing.T) {
	const first = `{"locale":"en","titleText":"A","mobileLoadingPage":{"progressColor":"#111111","loadingText":"Wait"},
		"pcTipsPage":{"tips":[{"text":"a","iconLink":"https://e.example/i.png"},{"text":"b"}]},"extra":{"deep":{"x":1,"y":2}}}`
	type object = map[string]any
	page := object{"progressColor": "#111111", "loadingText": "Wait"}
	list := object{"tips": []any{object{"text": "a", "iconLink": "https://e.example/i.png"}, object{"text": "b"}}}
	extra := object{"deep": object{"x": 1.0, "y": 2.0}}
	all := object{"titleText": "A", "mobileLoadingPage": page, "pcTipsPage": list, "extra": extra}

	for name, tc := range map[string]struct {
		second                 string
		replace, merge, ignore object
	}{
		"absent":     {`{"locale":"en_US"}`, object{}, all, all},
		"null field": {`{"locale":"en","titleText":null}`, object{}, object{"mobileLoadingPage": page, "pcTipsPage": list, "extra": extra}, all},
		"null page": {`{"locale":"en","mobileLoadingPage":null}`, object{},
			object{"titleText": "A", "pcTipsPage": list, "extra": extra}, all},
		"null in page": {`{"locale":"en","mobileLoadingPage":{"progressColor":null}}`, object{},
			object{"titleText": "A", "mobileLoadingPage": object{"loadingText": "Wait"}, "pcTipsPage": list, "extra": extra}, all},
		"last of a page": {`{"locale":"en","mobileLoadingPage":{"progressColor":null,"loadingText":null}}`, object{},
			object{"titleText": "A", "pcTipsPage": list, "extra": extra}, all},
		"value": {`{"locale":"en","mobileLoadingPage":{"progressColor":"#222222"}}`,
			object{"mobileLoadingPage": object{"progressColor": "#222222"}},
			object{"titleText": "A", "mobileLoadingPage": object{"progressColor": "#222222", "loadingText": "Wait"}, "pcTipsPage": list, "extra": extra},
			object{"titleText": "A", "mobileLoadingPage": object{"progressColor": "#222222", "loadingText": "Wait"}, "pcTipsPage": list, "extra": extra}},
		"list whole": {`{"locale":"en","pcTipsPage":{"tips":[{"text":"c","iconLink":null}]}}`,
			object{"pcTipsPage": object{"tips": []any{object{"text": "c"}}}},
			object{"titleText": "A", "mobileLoadingPage": page, "pcTipsPage": object{"tips": []any{object{"text": "c"}}}, "extra": extra},
			object{"titleText": "A", "mobileLoadingPage": page, "pcTipsPage": object{"tips": []any{object{"text": "c"}}}, "extra": extra}},
		"deep": {`{"locale":"en","extra":{"deep":{"x":null,"y":3}}}`,
			object{"extra": object{"deep": object{"y": 3.0}}},
			object{"titleText": "A", "mobileLoadingPage": page, "pcTipsPage": list, "extra": object{"deep": object{"y": 3.0}}},
			object{"titleText": "A", "mobileLoadingPage": page, "pcTipsPage": list, "extra": object{"deep": object{"x": 1.0, "y": 3.0}}}},
	} {
		for semantics, want := range map[simulator.Semantics]object{
			"": tc.replace, simulator.Replace: tc.replace, simulator.Merge: tc.merge, simulator.MergeIgnoreNull: tc.ignore,
		} {
			t.Run(name+" "+string(semantics), func(t *testing.T) {
				s, token := started(t, simulator.Config{Semantics: semantics})
				require.Equal(t, "SUCCESS: OK", push(t, s, token, first).said())
				got, _ := s.Document(sampleKey, "en_US")
				require.Empty(t, cmp.Diff(all, got))
				require.Equal(t, "SUCCESS: OK", push(t, s, token, tc.second).said())
				got, ok := s.Document(sampleKey, "en_US")
				require.True(t, ok)
				assert.Empty(t, cmp.Diff(want, got))
			})
		}
	}
}

func TestRefusedBodyChangesNothing(t *testing.T) {
	for _, semantics := range []simulator.Semantics{simulator.Replace, simulator.Merge, simulator.MergeIgnoreNull} {
		s, token := started(t, simulator.Config{Semantics: semantics})
		push(t, s, token, `{"locale":"en","titleText":"A"}`)
		require.Equal(t, "PARAMETER_ERROR: Wrong format of the loading page progress color.",
			push(t, s, token, `{"locale":"en","titleText":"B","mobileLoadingPage":{"progressColor":"red"}}`).said())
		got, _ := s.Document(sampleKey, "en_US")
		assert.Equal(t, map[string]any{"titleText": "A"}, got)
		assert.Equal(t, 1, s.Pushes())
	}
}

func TestParseSemantics(t *testing.T) {
	for _, word := range []string{"replace", "merge", "merge-ignore-null"} {
		got, err := simulator.ParseSemantics(word)
		require.NoError(t, err)
		assert.Equal(t, simulator.Semantics(word), got)
	}
	for bad, hint := range map[string]string{"": "none of", "Replace": "did you mean replace", "merge-ignore-nul": "did you mean merge-ignore-null"} {
		_, err := simulator.ParseSemantics(bad)
		assert.ErrorContains(t, err, hint)
	}
}
