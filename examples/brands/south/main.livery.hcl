# The brand South: its own account, its own state, the shared look in its own colour.

livery {
  include = ["../shared/*.livery.hcl"]
}

account {
  base_url = "simulator" # take this out to talk to the real API
}

locale "both" {
  for_each = toset(["en", "th"])

  code  = each.key
  theme = theme.base
  texts = jsondecode(file("../shared/texts/${each.key}.json"))
}

# South speaks to its customers in its own words here.
locale "vi" {
  theme      = theme.base
  title_text = "Xác minh danh tính"

  mobile_result_page {
    success_desc          = "Đã xác minh"
    next_step_button_text = "Tiếp tục"
  }
}
