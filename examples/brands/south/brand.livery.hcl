# What makes the brand South, in staging and in production.

locals {
  brand     = "#7a1f3d"
  paper     = "#fdf7f9"
  languages = toset(["en", "th"])
}
