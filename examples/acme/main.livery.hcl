# Acme Bank's face check, in twelve languages.
# README.md says what is where and what to change first.

livery {
  required_version = ">= 0.1.0"

  # Good for trying. A team and its pipelines share one state: see examples/ci.
  backend "local" {
    path = "livery.state.json"
  }

  lint {
    # Unreadable text keeps people out of their bank, so it stops a release.
    rule "contrast" {
      level = "error"
    }
  }
}

account {
  # The simulator that is built in. Take this line out to talk to the real API, and
  # put the keys in LIVERY_ACCESS_KEY and LIVERY_SECRET_KEY, never in a file.
  base_url = "simulator"
}

variable "brand" {
  type        = string
  nullable    = false
  description = "The brand colour; brand.auto.liveryvars.hcl sets it."

  # Some buttons have a label whose colour cannot be chosen and is taken to be white.
  validation {
    condition     = try(contrast(var.brand, "#ffffff") >= 4.5, false)
    error_message = "The brand colour must look like \"#0f6b5c\" and be dark enough to carry white text (a contrast of 4.5 or more)."
  }
}

variable "assets" {
  type        = string
  default     = "https://assets.acme.example/liveness"
  nullable    = false
  description = "Where pictures live. The tips' icons in texts/ name the same place in full."

  validation {
    condition     = can(regex("^https://[^ ]*[^/ ]$", var.assets))
    error_message = "Pictures need an https address without a slash at the end: browsers block everything else on these pages."
  }
}

variable "site" {
  type        = string
  default     = "https://www.acme.example"
  nullable    = false
  description = "The bank's own site, which people come back to."
}
