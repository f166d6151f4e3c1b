# A comment, and one that does something:
# livery:ignore contrast reason="The brand's own"
livery {
  required_version = ">= 0.1.0"
  lint {
    rule "contrast" {
      ratio = 4.5
    }
  }
}

variable "brand" {
  type    = list(string)
  default = ["#0b5fff", "#FFF"] // two
}

locals {
  dark  = { for name, c in var.brand : name => darken(c, 0.1)... if c != null && !local.light }
  text  = "Hi, ${upper(var.name)}\n$${kept} %{if true}yes%{endif}"
  note  = <<-EOT
    In {second} s, ${self.code}
  EOT
  json = jsondecode(<<JSON
{ "titleText": "Hello", "n": 1 }
JSON
  )
  first = var.brand[0] == "" ? -1 : theme.base["mobile_result_page"].background_color
}

locale "สวัสดี" {
  for_each = toset(["th", "vi"])
  /* before */ title_text = "สวัสดี 👋" # after
  mobile_result_page {
    is_show        = true
    countdown_text = "In {second} s"
  }
}
