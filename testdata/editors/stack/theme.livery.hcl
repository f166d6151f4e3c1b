# Three colours that are written out, and one that a token has.
theme "base" {
  mobile_result_page {
    background_color           = "#FFFFFF"
    liveness_result_text_color = "#1b2430"
    /* สีปุ่ม 👋 */ next_step_button_background_color = "#0b5fff"
    try_again_button_background_color = local.design.color.danger
  }
}
