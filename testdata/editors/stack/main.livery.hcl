livery {
  texts {
    source = "en"
  }
}

variable "brand" {
  type        = string
  description = "The brand's colour."
  default     = "#0B5FFF"
}

locals {
  design = tokens("brand.tokens.json")
}

locale "en" {
  theme = theme.base
  texts = jsondecode(file("texts/en.json"))
}

locale "th" {
  theme      = theme.base
  title_text = "สวัสดี 👋 ขอบคุณที่สมัครใช้บริการของเรา มาเริ่มกันเลยนะครับผม!"

  mobile_result_page {
    success_desc = "Done"
  }

  mobile_loading_page {
    progress_color = var.brand
  }
}

session "join" {
  api             = "h5_url"
  region          = "THA"
  return_url      = "https://www.example.com/done"
  fail_return_url = "https://www.example.com/retry"
}
