# What makes the brand North, in staging and in production.

locals {
  brand     = "#0b5fff"
  paper     = "#ffffff"
  languages = toset(["en", "th"])
}
