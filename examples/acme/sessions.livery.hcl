# How the bank's services open the check. The API keeps none of this; applying
# records it, and "livery session export" hands it to the services.

# Opening an account: Singapore unless the language says otherwise.
session "onboarding" {
  api                  = "h5_url"
  region               = "SGP"
  return_url           = "${var.site}/join/done"
  fail_return_url      = "${var.site}/join/retry"
  callback_url         = "${var.site}/hooks/liveness"
  product_level        = "STANDARD"
  liveness_type        = "DISTANT_NEAR"
  prefers_color_scheme = "light"
  biz_code             = "onboarding"
  iframe_enabled       = false

  locale "th" {
    region          = "THA"
    return_url      = "${var.site}/th/join/done"
    fail_return_url = "${var.site}/th/join/retry"
  }

  locale "id" {
    region          = "IDN"
    return_url      = "${var.site}/id/join/done"
    fail_return_url = "${var.site}/id/join/retry"
  }

  locale "fil_PH" {
    region          = "PHL"
    return_url      = "${var.site}/ph/join/done"
    fail_return_url = "${var.site}/ph/join/retry"
  }

  # Our apps in Japan are dark, as theme.dark is.
  locale "ja_JP" {
    region               = "JPN"
    prefers_color_scheme = "dark"
    return_url           = "${var.site}/jp/join/done"
    fail_return_url      = "${var.site}/jp/join/retry"
  }
}

# Coming back on a new phone: shown in a frame inside online banking.
session "login" {
  api             = "h5_token"
  region          = "SGP"
  return_url      = "${var.site}/login/done"
  fail_return_url = "${var.site}/login/retry"
  product_level   = "STANDARD"
  iframe_enabled  = true
}
