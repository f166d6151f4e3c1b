package rule

// Check is the rule of all check blocks, in which a team says what nobody else asks for.
const Check ID = "check"

var checkRules = []Rule{
	{
		ID: Check, Group: StructureGroup, Phase: Linting, Level: Warning,
		Help: "A condition of a check block that is false: a rule of your own.",
		Why:  "Every team has rules that nobody else has, such as which colour shows progress. Written as a check they are judged with all others, in every language and, from an included file, for every brand. An assert without a level weighs what the lint block says of this rule; with level = \"error\" it stops an apply.",
		Bad: `locals { brand = "#0b5fff" }

check "brand_progress" {
  for_each = documents
  assert {
    condition     = each.value.mobile_loading_page.progress_color == local.brand
    error_message = "${each.key}: the progress bar is not the brand colour."
    field         = "mobileLoadingPage.progressColor"
  }
}

locale "en" {
  mobile_loading_page {
    progress_color = "#d92d20"
  }
}
`,
		Good: `locals { brand = "#0b5fff" }

check "brand_progress" {
  for_each = documents
  assert {
    condition     = each.value.mobile_loading_page.progress_color == local.brand
    error_message = "${each.key}: the progress bar is not the brand colour."
    field         = "mobileLoadingPage.progressColor"
  }
}

locale "en" {
  mobile_loading_page {
    progress_color = local.brand
  }
}
`,
	},
}
