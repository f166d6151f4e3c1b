# Two looks whose colours a design tool owns: nothing here says what they are.
livery {
  lint {
    rule "unused-token" { level = "warning" }
    rule "token-contrast" {
      level = "error"
      pairs = [
        { text = "color.text", background = "color.surface", ratio = 7 },
        { text = "color.on-primary", background = "color.primary" },
      ]
    }
  }
}

account { base_url = "simulator" }

locals {
  light = tokens("brand.resolver.json", { theme = "light" }).color
  dark  = tokens("brand.resolver.json", { theme = "dark" }).color
}

theme "light" {
  mobile_result_page {
    background_color                  = local.light.surface
    liveness_result_text_color        = local.light.text
    countdown_text_color              = local.light.text
    next_step_button_background_color = local.light.primary
    next_step_button_text_color       = local.light["on-primary"]
  }
}

theme "dark" {
  mobile_result_page {
    background_color                  = local.dark.surface
    liveness_result_text_color        = local.dark.text
    countdown_text_color              = local.dark.text
    next_step_button_background_color = local.dark.primary
    next_step_button_text_color       = local.dark["on-primary"]
  }
}

locale "looks" {
  for_each = toset(["en", "th", "ja_JP"])
  code     = each.key
  theme    = each.key == "ja_JP" ? theme.dark : theme.light
}
