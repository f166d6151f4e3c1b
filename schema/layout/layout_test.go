package layout_test

import (
	"testing"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"livery/schema/layout"
)

// Each line says a rule; hclwrite says what follows from it.
var sources = []string{
	"", "\n", "  \n  ", "\ufeff", "\ufeffa=1", "a=1  ", "a = 1 # c", "a=1 /* c */", "/* c */", "# c", "# c\r\na=1\r\n",
	"a{\nb=1\n  long =  2 # c\n}\n", "a \"b\"   c{b=1}\n", "a {}\na{ }\na {\n}\n", "a={b=1,\"c\"  = 2 }\n", "a = {\nb : 1, \"c\" = 2 }\n",
	"a=1 # one\nbcd=22//two\n\ne=3 # three\nf {\n} # four\n", "a=[ # c\n1 ,#d\n2]\n", "a=f(\n[{\nb=1\n}])\nc=1\n", "a=f([\n1\n],\n2)\nb=1\n", "]\n}\na=1\n", "a=f([[\n1\n]\n]\n)\n",
	"a=-1\nb=1 -1\nc=!d\ne=f( -1, - 2)\ng=[-1]\nh=a?-1:- 1\ni=a==-1&&-1>-b\nj=(-1)-(-1)\nk = a - -1\nl= x*-1/-1%-1\n",
	"a=f ( x ... )\nb=a :: b :: c( 1 )\nc=a . b . 0 . c\nd=a [ 0 ] [ 1 ]\ne=[ ] [ 0 ]\nf=(a) [0]\ng=1 [0]\nh=a[*] . c\ni=a.*.b\n",
	"a=[for x in[1]:x]\nb={for k,v in m:k=>v...if v}\nc=in [0]\nd=[for in in in[0]: in]\n",
	"a=\"${ x }-${  {b=1}}\"\nb=\"${x}${y}%{if a}b%{endif}%{ if {}=={} }c%{ endif }\"\nc=\"${~ x ~}\"\n",
	"a=<<EOT\n x  ${ y } \n  EOT\nb=1\n", "a=<<-EOT\n  ${ x # c\n}\n %{ for a in b ~}\n c\n %{ endfor }\nEOT\n", "a=f(<<EOT\n{\nEOT\n, 1)\nb=2\n",
	"é=1\ne\u0301e=2\nlong=3\n", "/* a\nb */ x=1\nlonger=2\n", "a=\"é😀\" # c\nb=1 # d\n", "\ta\t=\t1\t# c\n\t}", "a=1=2\nb={=}=\n", "a ' ; ` ~ ^ & | b\n",
}

func TestFormatAsTheLibrary(t *testing.T) {
	for _, src := range sources {
		assert.Equal(t, string(hclwrite.Format([]byte(src))), string(layout.Format([]byte(src))), "%q", src)
	}
}

func FuzzFormatAsTheLibrary(f *testing.F) {
	for _, src := range sources {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		require.Equal(t, string(hclwrite.Format([]byte(src))), string(layout.Format([]byte(src))))
	})
}
