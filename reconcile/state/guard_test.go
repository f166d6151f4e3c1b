package state

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
)

// prevent_destroy outlives what is sent, recorded and taken back, and goes with the record.
func TestPreventDestroy(t *testing.T) {
	blob := applied(t, en, th, vi)
	login := schema.Session{Name: "login", API: schema.SDKLicense}
	prevented := func() (list []string) {
		for _, a := range blob.stored().Addresses() {
			if blob.stored().PreventsDestroy(a) {
				list = append(list, a.String())
			}
		}
		return list
	}
	l, _ := opened(t, blob)
	require.NoError(t, l.RecordSession(t.Context(), login, noon))
	require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{"ja_JP": body(t, "ja_JP", "refused")}))
	for _, a := range []schema.Address{en.AddressOf(), th.AddressOf(), login.Address(), schema.Locale("ja_JP").AddressOf(), schema.Locale("ko_KR").AddressOf()} {
		require.NoError(t, SetPreventDestroy(t.Context(), l, a, true))
	}
	require.NoError(t, l.Revert(t.Context(), "ja_JP"))
	require.NoError(t, l.Close(t.Context()))
	assert.Equal(t, []string{"locale.en_US", "locale.th_TH", "session.login"}, prevented(), "of what has no record there is nothing to remember")

	l, _ = opened(t, blob)
	require.NoError(t, l.Intend(t.Context(), map[schema.Locale][]byte{en: body(t, en, "next"), th: body(t, th, "lost")}))
	require.NoError(t, l.Confirm(t.Context(), en, body(t, en, "next"), "tx", noon))
	require.NoError(t, l.RecordSession(t.Context(), login, noon))
	require.NoError(t, l.Close(t.Context()))
	assert.Equal(t, []string{"locale.en_US", "locale.th_TH", "session.login"}, prevented())

	n := len(blob.writes)
	l, _ = opened(t, blob)
	require.NoError(t, SetPreventDestroy(t.Context(), l, en.AddressOf(), true))
	require.NoError(t, l.Close(t.Context()))
	assert.Len(t, blob.writes, n, "nothing changed, nothing is written")

	l, _ = opened(t, blob)
	require.NoError(t, l.Clear(t.Context(), en, "tx", noon))
	require.NoError(t, l.Forget(t.Context(), login.Address()))
	require.NoError(t, SetPreventDestroy(t.Context(), l, th.AddressOf(), false))
	require.NoError(t, l.Close(t.Context()))
	assert.Empty(t, prevented())
}
