# The look, for every stage. Stages differ in account and state, not in what people see,
# or a rehearsal would rehearse something else.

locals {
  languages = toset(["en", "th"])
}

theme "base" {
  mobile_loading_page {
    progress_color = "#0f6b5c"
  }
}
