package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"livery/schema/rule"
	"livery/schema/wording"
)

// SessionAPI is the call that opens a session.
type SessionAPI string

const (
	H5Token    SessionAPI = "h5_token"    // Get Token, the generation that ConfigureUI belongs to
	H5URL      SessionAPI = "h5_url"      // Generate URL
	SDKLicense SessionAPI = "sdk_license" // License Authorization
)

// SessionAPIs lists the calls in the order of the reference.
func SessionAPIs() []SessionAPI { return []SessionAPI{H5Token, H5URL, SDKLicense} }

// Attribute is a default that sessions of some APIs share.
type Attribute struct {
	Name       string       // in configuration, state and plans
	Kind       Kind         //
	APIs       []SessionAPI // which APIs take it
	Required   []SessionAPI // which APIs demand it
	Words      []string     // the valid words of a Word
	Open       bool         // words beyond Words are valid too
	Min, Max   int          // of a Count; Max 0 means no limit. Of a Word, Max is its length
	Deprecated bool         // the service has given it up
	Help       string
}

// Supports reports whether sessions of the API have the attribute.
func (a *Attribute) Supports(api SessionAPI) bool { return slices.Contains(a.APIs, api) }

// Requires reports whether sessions of the API must have the attribute.
func (a *Attribute) Requires(api SessionAPI) bool { return slices.Contains(a.Required, api) }

// Attributes is every session default but api, in the order of the reference.
// Neither the slice nor what it points to may be changed.
var Attributes = sync.OnceValue(func() []Attribute {
	h5 := []SessionAPI{H5Token, H5URL}
	token, url, sdk := h5[:1], h5[1:], []SessionAPI{SDKLicense}
	return []Attribute{
		{Name: "region", Kind: Region, APIs: h5, Required: h5, Help: "Country of the service, ISO 3166-1 alpha-3 such as PHL."},
		{Name: "return_url", Kind: RedirectURL, APIs: h5, Required: h5, Help: "Where the user goes after the check."},
		{Name: "fail_return_url", Kind: RedirectURL, APIs: h5, Required: url, Help: "Where the user goes when the check fails."},
		{Name: "callback_url", Kind: CallbackURL, APIs: url, Help: "Where the service posts that a session is complete."},
		{Name: "product_level", Kind: Word, APIs: h5, Words: []string{"STANDARD", "PRO"}, Help: "Product tier."},
		{Name: "liveness_type", Kind: Word, APIs: url, Words: []string{"DISTANT_NEAR", "DISTANT_NEAR_ACTION", "ACTION", "SILENT"}, Open: true, Max: 64, Help: "Capture flow; names agreed with ADVANCE.AI are valid too."},
		{Name: "prefers_color_scheme", Kind: Word, APIs: url, Words: []string{"light", "dark"}, Help: "Theme of the page that Generate URL opens."},
		{Name: "language", Kind: Language, APIs: h5, Help: "Display language, in the vocabulary of the session's API."},
		{Name: "iframe_enabled", Kind: Bool, APIs: h5, Help: "Whether the page is shown in an iframe."},
		{Name: "biz_code", Kind: Word, APIs: url, Open: true, Max: 32, Help: "Business type of the user: at most 32 letters and digits."},
		{Name: "try_count", Kind: Count, APIs: token, Min: 1, Deprecated: true, Help: "How often a user may fail. Deprecated since V6.0.0."},
		{Name: "license_effective_seconds", Kind: Count, APIs: sdk, Min: 1, Max: 86400, Help: "Lifetime of the licence in seconds; the service's default is 600."},
		{Name: "application_ids", Kind: Names, APIs: sdk, Help: "Applications that the licence is valid for."},
		{Name: "result_type", Kind: Word, APIs: sdk, Words: []string{"IMAGE_URL", "IMAGE_BASE64"}, Help: "Form of the images in a detection result."},
	}
})

// AttributeNumber finds an attribute by name; -1 if there is none.
func AttributeNumber(name string) int {
	return slices.IndexFunc(Attributes(), func(a Attribute) bool { return a.Name == name })
}

// Defaults are values by attribute, in the order of Attributes.
type Defaults []Value

// At is the value of an attribute; the zero Value when nothing is declared.
func (d Defaults) At(number int) Value {
	if number < 0 || number >= len(d) {
		return Value{}
	}
	return d[number]
}

// Set declares a value.
func (d *Defaults) Set(number int, v Value) {
	if *d == nil {
		*d = make(Defaults, len(Attributes()))
	}
	(*d)[number] = v
}

// Equal compares what is declared.
func (d Defaults) Equal(o Defaults) bool {
	for i := range Attributes() {
		if !d.At(i).Equal(o.At(i)) {
			return false
		}
	}
	return true
}

// sameNulls compares which attributes are taken back.
func (d Defaults) sameNulls(o Defaults) bool {
	for i := range Attributes() {
		if d.At(i).IsNull() != o.At(i).IsNull() {
			return false
		}
	}
	return true
}

// Session holds the defaults of the requests that open a liveness session. The
// service stores none of them.
type Session struct {
	Name      string
	API       SessionAPI
	Defaults  Defaults
	Overrides map[Locale]Defaults
	Range     hcl.Range
	Undecided []Undecided // the attributes whose value is not known, by the paths of plans

	PreventDestroy Value // a Bool; not declared when read from the state
}

// Address is the session's address.
func (s Session) Address() Address { return Address{SessionAddress, s.Name} }

// Locales lists the locales that have overrides, sorted.
func (s Session) Locales() []Locale {
	list := make([]Locale, 0, len(s.Overrides))
	for l := range s.Overrides {
		list = append(list, l)
	}
	slices.Sort(list)
	return list
}

// At is the value of an attribute in a locale, "" for none. An override that says null takes
// the default away.
func (s Session) At(l Locale, number int) Value {
	if own := s.Overrides[l].At(number); own.Declared() || own.IsNull() {
		return own
	}
	return s.Defaults.At(number)
}

// Cty is the session as expressions see it: its api and all defaults, null without a value,
// and under locales the same for each locale that has some of its own.
func (s Session) Cty() cty.Value {
	open := make(map[string]bool)
	for _, u := range s.Undecided {
		open[u.Path] = true
	}
	members := func(l Locale, prefix string) map[string]cty.Value {
		values := map[string]cty.Value{"api": cty.StringVal(string(s.API))}
		for i, a := range Attributes() {
			own := s.Overrides[l].At(i)
			values[a.Name] = s.At(l, i).Cty()
			if isOwn := own.Declared() || own.IsNull(); open[prefix+a.Name] || open[a.Name] && !isOwn {
				values[a.Name] = cty.DynamicVal
			}
		}
		return values
	}
	all, locales := members("", ""), make(map[string]cty.Value)
	for _, l := range s.Locales() {
		locales[string(l)] = cty.ObjectVal(members(l, l.AddressOf().String()+"."))
	}
	all["locales"] = cty.ObjectVal(locales)
	return cty.ObjectVal(all)
}

// Equal compares definitions, not where they were written.
func (s Session) Equal(o Session) bool {
	if s.API != o.API || !s.Defaults.Equal(o.Defaults) {
		return false
	}
	for _, l := range append(s.Locales(), o.Locales()...) {
		if !s.Overrides[l].Equal(o.Overrides[l]) || !s.Overrides[l].sameNulls(o.Overrides[l]) {
			return false
		}
	}
	return true
}

// MarshalJSON is the definition as the state records it.
func (s Session) MarshalJSON() ([]byte, error) {
	var w writer
	w.open()
	w.key("api")
	w.string(string(s.API))
	s.Defaults.encode(&w, false)
	if len(s.Overrides) > 0 {
		mark := w.enter("locales")
		for _, l := range s.Locales() {
			w.enter(string(l))
			s.Overrides[l].encode(&w, true)
			w.close()
		}
		w.leave(mark, false)
	}
	w.close()
	return w.text, nil
}

// encode writes what is declared; of an override also its nulls, which take back
// what the session says.
func (d Defaults) encode(w *writer, nulls bool) {
	for i, a := range Attributes() {
		if v := d.At(i); v.Declared() || v.IsNull() && nulls {
			w.member(a.Name, v)
		}
	}
}

// UnmarshalJSON reads a recorded definition. An attribute that this version
// does not know, or whose value it would refuse, is left out: the next plan
// shows the difference, and nothing of it lives anywhere else.
func (s *Session) UnmarshalJSON(data []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	name := s.Name
	*s = Session{Name: name}
	if raw, ok := members["api"]; ok {
		if err := json.Unmarshal(raw, &s.API); err != nil {
			return fmt.Errorf("api: %w", err)
		}
	}
	if s.API != "" && !slices.Contains(SessionAPIs(), s.API) {
		return fmt.Errorf("api: %q is not one that this version of livery knows", string(s.API))
	}
	s.Defaults = recallDefaults(s.API, members)
	raw, ok := members["locales"]
	if !ok || bytes.Equal(raw, []byte("null")) {
		return nil
	}
	var overrides map[string]map[string]json.RawMessage
	if err := json.Unmarshal(raw, &overrides); err != nil {
		return fmt.Errorf("locales: %w", err)
	}
	s.Overrides = make(map[Locale]Defaults, len(overrides))
	for name, members := range overrides {
		if loc, ok := ParseLocale(name); ok {
			s.Overrides[loc] = recallDefaults(s.API, members)
		}
	}
	return nil
}

func recallDefaults(api SessionAPI, members map[string]json.RawMessage) Defaults {
	var d Defaults
	list := Attributes()
	for i := range list {
		raw, ok := members[list[i].Name]
		if !ok {
			continue
		}
		v, err := JSONValue(raw)
		if err != nil {
			continue
		}
		if value, diags := list[i].Parse(v, api, Subject{}); !diags.HasErrors() {
			d.Set(i, value)
		}
	}
	return d
}

// Parse judges raw as a default of sessions of the API. The value must be known
// and unmarked. Where the diagnostics hold an error the Value is not declared.
func (a *Attribute) Parse(raw cty.Value, api SessionAPI, at Subject) (Value, hcl.Diagnostics) {
	if at.Path == "" {
		at.Path = a.Name
	}
	if raw.IsNull() {
		return Value{kind: a.Kind, null: true, rng: at.Range}, nil
	}
	if a.Kind == Names {
		return parseNames(raw, at)
	}
	v, diags := parseScalar(a.Kind, raw, at)
	if diags.HasErrors() {
		return Value{}, diags
	}
	switch a.Kind {
	case RedirectURL:
		diags = judgeRedirect(v.text, RedirectTarget, at)
	case CallbackURL:
		diags = judgeRedirect(v.text, CallbackTarget, at)
	case Region:
		diags = judgeRegion(v.text, at)
	case Language:
		v.text, diags = parseLanguage(v.text, api, at)
	case Word:
		diags = a.judgeWord(v.text, at)
	case Count:
		diags = a.judgeCount(v.number, at)
	}
	if a.Deprecated {
		diags = append(diags, Diagnose(rule.Deprecated, at, "Deprecated attribute",
			at.Path+" is deprecated by the service since V6.0.0 and has no effect on newer pages. Remove it."))
	}
	if diags.HasErrors() {
		return Value{}, diags
	}
	return v, diags
}

func (a *Attribute) judgeWord(s string, at Subject) hcl.Diagnostics {
	switch {
	case slices.Contains(a.Words, s):
		return nil
	case !a.Open:
		hint := wording.DidYouMean(strings.ToUpper(s), a.Words)
		if hint == "" {
			hint = wording.DidYouMean(s, a.Words)
		}
		return hcl.Diagnostics{Diagnose(rule.Enum, at, "Not a valid word",
			fmt.Sprintf("%s is %q; valid are %s.%s", at.Path, s, strings.Join(quoteAll(a.Words), ", "), hint))}
	case len(s) > a.Max || strings.ContainsFunc(s, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && (r != '_' && r != '-' || a.Words == nil)
	}):
		return hcl.Diagnostics{Diagnose(rule.Enum, at, "Not a valid word",
			fmt.Sprintf("%s is %q; it takes at most %d ASCII letters and digits.", at.Path, s, a.Max))}
	}
	return nil
}

func (a *Attribute) judgeCount(n int, at Subject) hcl.Diagnostics {
	if n >= a.Min && (a.Max == 0 || n <= a.Max) {
		return nil
	}
	bounds := fmt.Sprintf("at least %d", a.Min)
	if a.Max > 0 {
		bounds = fmt.Sprintf("from %d to %d", a.Min, a.Max)
	}
	return hcl.Diagnostics{Diagnose(rule.OutOfRange, at, "Number out of range", fmt.Sprintf("%s is %d; it must be %s.", at.Path, n, bounds))}
}

func parseNames(raw cty.Value, at Subject) (Value, hcl.Diagnostics) {
	var words []string
	wrong := hcl.Diagnostics{Diagnose(rule.WrongType, at, "Wrong type of value", at.Path+" takes a list of strings.")}
	if !raw.CanIterateElements() || raw.Type().IsObjectType() || raw.Type().IsMapType() {
		return Value{}, wrong
	}
	for it := raw.ElementIterator(); it.Next(); {
		_, e := it.Element()
		if e.IsNull() || e.Type() != cty.String {
			return Value{}, wrong
		}
		s := e.AsString()
		if s == "" || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r == ',' || unicode.IsSpace(r) || unicode.IsControl(r) }) {
			return Value{}, hcl.Diagnostics{Diagnose(rule.Enum, at, "Not a valid word",
				fmt.Sprintf("%s contains %q; an element must not be empty or hold commas or blanks, since they are sent joined by commas.", at.Path, s))}
		}
		words = append(words, s)
	}
	if len(words) == 0 {
		return Value{}, hcl.Diagnostics{Diagnose(rule.EmptyValue, at, "Empty value", at.Path+" is an empty list; leave it out.")}
	}
	return Value{kind: Names, list: &list{words: words}, rng: at.Range}, nil
}
