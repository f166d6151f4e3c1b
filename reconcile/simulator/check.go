package simulator

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"

	"livery/schema"
)

// textMax is "no greater than 100", counted as a Java service counts.
const textMax = 100

// documentedOrder is the order in which the documents list the refusals, most
// likely the order of the checks. The catalogue is in the order of the sample,
// which is another.
func documentedOrder() []string {
	return []string{
		"M_TITLE_TOO_LONG_TIPS_PAGE", "M_TITLE_DESC_TOO_LONG_TIPS_PAGE", "M_BACKGROUND_NOT_COLOR_TIPS_PAGE",
		"M_TIPS_COUNT_OVERSTEP_TIPS_PAGE", "M_TIP_ICON_LINK_NOT_URL_TIPS_PAGE", "M_TIPS_TOO_LONG_TIPS_PAGE",
		"M_BUTTON_TEXT_TOO_LONG_TIPS_PAGE", "M_BUTTON_BACKGROUND_NOT_COLOR_TIPS_PAGE",
		"M_LOADING_TEXT_TOO_LONG_LOADING_PAGE", "M_PROGRESS_COLOR_WRONG_LOADING_PAGE",
		"M_DESC_TEXT_TOO_LONG_FAILED_DIALOG", "M_ICON_LINK_NOT_URL_FAILED_DIALOG",
		"M_BUTTON_TEXT_TOO_LONG_FAILED_DIALOG", "M_BUTTON_TEXT_BACKGROUND_NOT_COLOR_FAILED_DIALOG",
		"M_SUCCESS_ICON_LINK_NOT_URL_RESULT_PAGE", "M_FAILED_ICON_LINK_NOT_URL_RESULT_PAGE",
		"M_SUCCESS_DESC_TEXT_TOO_LONG_RESULT_PAGE", "M_FAILED_DESC_TEXT_TOO_LONG_RESULT_PAGE",
		"M_NEXT_STEP_BUTTON_TEXT_TOO_LONG_RESULT_PAGE", "M_TRY_AGAIN_BUTTON_TEXT_TOO_LONG_RESULT_PAGE",
		"M_NEXT_STEP_BUTTON_BACKGROUND_COLOR_WRONG_RESULT_PAGE", "M_TRY_AGAIN_BUTTON_BACKGROUND_COLOR_WRONG_RESULT_PAGE",
		"M_TITLE_TOO_LONG_TIPS_PAGE_PC", "M_TITLE_DESC_TOO_LONG_TIPS_PAGE_PC",
		"M_TIPS_COUNT_OVERSTEP_TIPS_PAGE_PC", "M_TIP_ICON_LINK_NOT_URL_TIPS_PAGE_PC", "M_TIPS_TOO_LONG_TIPS_PAGE_PC",
		"M_BUTTON_TEXT_TOO_LONG_TIPS_PAGE_PC", "M_BUTTON_BACKGROUND_NOT_COLOR_TIPS_PAGE_PC",
		"M_DESC_TEXT_TOO_LONG_PC_FAILED_DIALOG", "M_ICON_LINK_NOT_URL_PC_FAILED_DIALOG",
		"M_BUTTON_TEXT_TOO_LONG_PC_FAILED_DIALOG", "M_BUTTON_TEXT_BACKGROUND_NOT_COLOR_PC_FAILED_DIALOG",
		"M_TITLE_TOO_LONG_CAMERA_PAGE_PC", "M_TITLE_DESC_TOO_LONG_CAMERA_PAGE_PC", "M_TAKE_PHOTO_ICON_LINK_NOT_URL_CAMERA_PAGE_PC",
		"M_SUCCESS_ICON_LINK_NOT_URL_RESULT_PAGE_PC", "M_FAILED_ICON_LINK_NOT_URL_RESULT_PAGE_PC",
		"M_SUCCESS_DESC_TEXT_TOO_LONG_RESULT_PAGE_PC", "M_FAILED_DESC_TEXT_TOO_LONG_RESULT_PAGE_PC",
		"M_NEXT_STEP_BUTTON_TEXT_TOO_LONG_RESULT_PAGE_PC", "M_TRY_AGAIN_BUTTON_TEXT_TOO_LONG_RESULT_PAGE_PC",
		"M_NEXT_STEP_BUTTON_BACKGROUND_COLOR_WRONG_RESULT_PAGE_PC", "M_TRY_AGAIN_BUTTON_BACKGROUND_COLOR_WRONG_RESULT_PAGE_PC",
	}
}

// check is one documented refusal: where it looks and what it says.
type check struct {
	page    string
	keys    []string // several when the key is a guess
	item    string   // the member of each element, when the field is a list
	kind    schema.Kind
	message string
}

// documentedChecks joins the order of the documents with the catalogue's facts.
func documentedChecks() []check {
	byConstant := make(map[string]check, 44)
	for _, p := range schema.Pages() {
		for i := range p.Fields {
			f := &p.Fields[i]
			byConstant[f.Refusal.Constant] = check{p.Key, []string{f.Key}, "", f.Kind, f.Refusal.Message}
			for _, item := range f.Items {
				byConstant[item.Refusal.Constant] = check{p.Key, []string{f.Key}, item.Key, item.Kind, item.Refusal.Message}
			}
		}
		for _, r := range p.Unkeyed {
			byConstant[r.Constant] = guessed(p.Key, r)
		}
	}
	var checks []check
	for _, constant := range documentedOrder() {
		c, ok := byConstant[constant]
		if !ok {
			panic("simulator: no field of the catalogue is refused as " + constant)
		}
		checks = append(checks, c)
	}
	return checks
}

// guessed is the check of a field whose key is not published.
func guessed(page string, r schema.Refusal) check {
	if strings.Contains(r.Constant, "ICON_LINK") {
		return check{page, []string{"iconLink"}, "", schema.ImageURL, r.Message}
	}
	return check{page, []string{"messageText", "descText", "desc"}, "", schema.Text, r.Message}
}

// fails reports whether a body has the fault that the check looks for.
func (c check) fails(body map[string]any) bool {
	page, _ := body[c.page].(map[string]any)
	return slices.ContainsFunc(c.keys, func(key string) bool {
		if c.item == "" {
			return isFaulty(c.kind, page[key])
		}
		list, _ := page[key].([]any)
		return slices.ContainsFunc(list, func(element any) bool {
			tip, _ := element.(map[string]any)
			return isFaulty(c.kind, tip[c.item])
		})
	})
}

// isFaulty judges one value. A null asks for the default and is never at fault.
func isFaulty(kind schema.Kind, v any) bool {
	list, _ := v.([]any)
	s, isString := v.(string)
	switch kind {
	case schema.Tips:
		return len(list) > schema.TipsMax
	case schema.Text, schema.TipText:
		return utf16Length(s) > textMax
	case schema.Colour:
		return isString && !isColour(s)
	case schema.ImageURL:
		return isString && !isWebURL(s)
	default:
		return false
	}
}

// utf16Length counts UTF-16 code units, as String.length() does.
func utf16Length(s string) int { return len(utf16.Encode([]rune(s))) }

// isColour takes # and hex digits of one of the four CSS forms. Whether the
// service takes an alpha channel is not documented.
func isColour(s string) bool {
	digits, found := strings.CutPrefix(s, "#")
	return found && strings.Trim(digits, "0123456789abcdefABCDEF") == "" && slices.Contains([]int{3, 4, 6, 8}, len(digits))
}

// isWebURL takes an absolute web address.
func isWebURL(s string) bool {
	if strings.ContainsAny(s, " \\") {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}

// wellTyped reports whether every known member of a body has its JSON type or
// is null. Unknown members may be anything.
func wellTyped(body map[string]any) bool {
	if _, ok := body["locale"].(string); !ok && body["locale"] != nil {
		return false
	}
	for _, p := range schema.Pages() {
		members := body
		if p.Key != "" {
			var ok bool
			if members, ok = body[p.Key].(map[string]any); !ok && body[p.Key] != nil {
				return false
			}
		}
		for i := range p.Fields {
			if !hasType(&p.Fields[i], members[p.Fields[i].Key]) {
				return false
			}
		}
	}
	return true
}

func hasType(f *schema.Field, v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return f.Kind == schema.Bool
	case string:
		return f.Kind != schema.Bool && f.Kind != schema.Tips
	case []any:
		return f.Kind == schema.Tips && haveTypes(f, v)
	default:
		return false
	}
}

func haveTypes(f *schema.Field, list []any) bool {
	for _, element := range list {
		tip, ok := element.(map[string]any)
		if !ok {
			return false
		}
		for i := range f.Items {
			if !hasType(&f.Items[i], tip[f.Items[i].Key]) {
				return false
			}
		}
	}
	return true
}
