package schema

// Rules of what a stack is made of, and of what is not one file's fault.
const (
	NothingToApply RuleID = "no-documents"
)

var structureRules = []Rule{
	{
		ID: NothingToApply, Group: StructureGroup, Phase: Loading, Level: Warning,
		Help: "A stack that declares no locale and no session.",
		Why:  "livery may have been started in the wrong directory.",
		Bad:  "",
		Good: `locale "en" {
  title_text = "Identity check"
}
`,
	},
}
