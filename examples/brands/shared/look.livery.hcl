# What both brands have in common. An included file may hold variable, locals, theme
# and session blocks; which languages there are, each brand says itself.

variable "brand" {
  type        = string
  description = "The brand colour; each brand sets it in brand.auto.liveryvars.hcl."
}

variable "paper" {
  type        = string
  default     = "#ffffff"
  description = "The colour behind the camera."
}

theme "base" {
  mobile_loading_page {
    progress_color = var.brand
  }

  mobile_camera_page {
    background_color = var.paper
    tips_text_color  = "#14202b"
  }

  mobile_result_page {
    background_color                  = var.paper
    liveness_result_text_color        = "#14202b"
    countdown_text_color              = "#14202b"
    next_step_button_background_color = var.brand
    next_step_button_text_color       = readable_on(var.brand)
  }
}
