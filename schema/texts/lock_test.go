package texts_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema"
	"livery/schema/texts"
)

const lock = `# livery texts lock, version 1. Each text and the words it was translated from.

[th_TH]

mobileResultPage.successDesc
  "You're verified"

mobileTipsPage.tips[0].text
  "Find good <light>\n" note "Shown beside a \"lamp\""

[vi_VN]

titleText
  "Identity check"
  replaced "Xin"
  replaced "Chào \"bạn\""
`

// What is recorded in any order is written in the order of the catalogue, and read again.
func TestLock(t *testing.T) {
	l := new(texts.Lock)
	assert.True(t, l.Empty())
	l.Record("vi_VN", "titleText", texts.Made{Words: "Face check"})
	l.Replace("vi_VN", "titleText", texts.Made{Words: "Face check"}, "older")
	l.Replace("vi_VN", "titleText", texts.Made{Words: "Identity check"}, "Xin")
	l.Replace("vi_VN", "titleText", texts.Made{Words: "Identity check"}, `Chào "bạn"`)
	l.Record("vi_VN", "titleText", texts.Made{Words: "Identity check"})
	l.Record("th_TH", "mobileTipsPage.tips[0].text", texts.Made{Words: "Find good <light>\n", Note: `Shown beside a "lamp"`})
	l.Record("th_TH", "mobileResultPage.successDesc", texts.Made{Words: "You're verified"})
	l.Record("ja_JP", "titleText", texts.Made{Words: "gone"})
	l.Keep(func(locale schema.Locale, _ string) bool { return locale != "ja_JP" })
	assert.Equal(t, lock, string(l.Bytes()))
	read, fault := texts.ParseLock(l.Bytes(), "lock")
	require.Nil(t, fault)
	assert.Equal(t, lock, string(read.Bytes()))
	assert.Equal(t, []texts.Made{{Words: "Identity check"}}, read.Made("vi_VN", "titleText"))
	assert.True(t, read.IsReplaced("vi_VN", "titleText", "Xin"))
	assert.False(t, read.IsReplaced("vi_VN", "titleText", "older"), "was made from words before those before")
	assert.False(t, read.IsReplaced("vi_VN", "titleText", "Identity check"))
	assert.False(t, read.IsReplaced("th_TH", "titleText", "Xin"))
}

// Editors and merges leave blanks, a byte order mark, Windows line ends, entries twice.
func TestParseLock(t *testing.T) {
	src := "\ufeff# livery texts lock, version 1. And so on.\r\n[vi]\r\n\r\n# a remark\r\ntitleText\r\n\t\"A\"\r\n\r\ntitleText\r\n  \"A\"  note  \"n\"\r\n  \"A\""
	l, fault := texts.ParseLock([]byte(src), "lock")
	require.Nil(t, fault)
	assert.Equal(t, []texts.Made{{Words: "A"}, {Words: "A", Note: "n"}}, l.Made("vi_VN", "titleText"))
}

func TestBrokenLock(t *testing.T) {
	for name, src := range map[string]string{
		"line 3: Merge conflict in the lock of texts": "[vi]\n\n<<<<<<< HEAD\ntitleText\n",
		"line 1: Lock of a newer livery":              "# livery texts lock, version 2. X\n",
		"line 2: Unknown locale":                      "\n[xx]\n",
		"line 1: Not a lock of texts":                 "titleText\n  \"x\"\n",
		"line 3: Not a lock of texts":                 "[vi]\ntitleText\n  \"x\n",
		"line 4: Not a lock of texts":                 "[vi]\ntitleText\n\n  \"x\" \"y\"\n",
		"line 5: Not a lock of texts":                 "[vi]\ntitleText\n\n  \"x\"\n  replaced x\n",
		"line 1: Not a text file":                     "\xff",
	} {
		_, fault := texts.ParseLock([]byte(src), "lock")
		require.NotNil(t, fault, src)
		assert.Regexp(t, "^"+name+"$", "line "+string(rune('0'+fault.Subject.Start.Line))+": "+fault.Summary)
	}
}

// What is read is written so that it is read the same.
func FuzzLock(f *testing.F) {
	f.Add([]byte(lock))
	f.Add([]byte("[vi]\ntitleText\n  replaced \"a\"\n  \"a\" note \"b\"\n  \"c\"\nx y\n \"\\u2028\"\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		l, fault := texts.ParseLock(src, "lock")
		if fault != nil {
			require.Nil(t, l)
			return
		}
		again, fault := texts.ParseLock(l.Bytes(), "lock")
		require.Nil(t, fault, string(l.Bytes()))
		assert.Equal(t, string(l.Bytes()), string(again.Bytes()))
	})
}
