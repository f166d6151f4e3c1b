# What makes the brand West, in staging and in production.

locals {
  brand     = "#0f6b5d"
  paper     = "#ffffff"
  languages = toset(["en"])
}
