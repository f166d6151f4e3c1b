# What all brands have in common. An included file may hold variable, locals, theme, session
# and check blocks; which account and which languages there are, each stack says itself.

theme "base" {
  mobile_loading_page {
    progress_color = local.brand
  }

  mobile_camera_page {
    background_color = local.paper
    tips_text_color  = "#14202b"
  }

  mobile_result_page {
    background_color                  = local.paper
    liveness_result_text_color        = "#14202b"
    countdown_text_color              = "#14202b"
    next_step_button_background_color = local.brand
    next_step_button_text_color       = readable_on(local.brand)
  }
}
