# Two looks. A theme alone changes nothing: locales.livery.hcl says who wears which.

locals {
  # Neutral and signal colours are the design library's, untouched.
  colours = tokens("tokens.json").color
  light   = local.colours.light
  dark    = local.colours.dark

  # Everything else is worked out from the brand colour.
  brand        = var.brand
  brand_deep   = darken(var.brand, 0.05) # under labels that are white whatever we say
  brand_bright = lighten(var.brand, 0.3) # for dark pages, where the brand itself would sink

  # A brand that stays dark when lightened would be hard to read as text at night.
  accent_at_night = contrast(local.brand_bright, local.dark.surface) >= 4.5 ? local.brand_bright : local.dark.text
}

theme "base" {
  # A bright page lights the face from the front, so the camera page stays white.
  mobile_camera_page {
    background_color              = local.light.surface
    tips_text_color               = local.light.text
    keep_still_tip_text_color     = local.brand
    multiple_faces_tip_text_color = local.light.danger
    face_occlusion_tip_text_color = local.light.danger
  }

  # The loading text keeps the API's white: its background is not ours to choose.
  mobile_loading_page {
    progress_color = local.brand
  }

  mobile_tips_page {
    background_color              = local.light.surface
    start_button_background_color = local.brand_deep
  }

  mobile_result_page {
    is_show    = true
    show_score = false # a score invites guessing at how to raise it
    face_show  = false # a portrait draws the eye away from what to do next

    success_icon_link          = "${var.assets}/result/success.png"
    failed_icon_link           = "${var.assets}/result/failed.png"
    background_color           = local.light.surface
    liveness_result_text_color = local.light.text
    countdown_text_color       = local.light.muted

    next_step_button_background_color = local.brand
    next_step_button_text_color       = readable_on(local.brand)
    try_again_button_background_color = local.light.secondary
    try_again_button_text_color       = readable_on(local.light.secondary)
  }

  mobile_timeout_page {
    icon_link        = "${var.assets}/timeout/clock.png"
    background_color = local.light.surface
    bold_text_color  = local.light.text
    tip_text_color   = local.light.muted

    try_again_button_background_color = local.brand
    try_again_button_text_color       = readable_on(local.brand)
  }

  mobile_error_dialog {
    confirm_button_background_color = local.brand_deep
  }

  # Where people land when the camera is blocked or another device has to help.
  mobile_multi_device_process_page {
    refresh_page_top_icon_link        = "${var.assets}/devices/camera-blocked.png"
    refresh_page_bold_text_color      = local.light.text
    refresh_page_tip_text_color       = local.light.muted
    refresh_page_btn_background_color = local.brand
    refresh_page_btn_text_color       = readable_on(local.brand)

    qr_code_page_top_icon_link                     = "${var.assets}/devices/switch-device.png"
    qr_code_page_permission_denied_bold_text_color = local.light.text
    qr_code_page_permission_denied_tip_text_color  = local.light.muted
    qr_code_page_camera_issue_bold_text_color      = local.light.text
    qr_code_page_camera_issue_tip_text_color       = local.light.muted
    qr_code_page_liveness_link_background_color    = local.light.inset
    qr_code_page_liveness_link_text_color          = local.light.text
    qr_code_page_liveness_link_border_color        = local.light.border
    qr_code_page_copy_link_btn_background_color    = local.brand
    qr_code_page_copy_link_btn_text_color          = readable_on(local.brand)

    verify_finished_page_top_icon_link   = "${var.assets}/devices/finished.png"
    verify_finished_page_bold_text_color = local.light.text
    verify_finished_page_tip_text_color  = local.light.muted

    video_uploading_text_color = local.light.text
  }

  pc_tips_page {
    start_button_background_color = local.brand_deep
  }

  pc_camera_page {
    take_photo_icon_link = "${var.assets}/camera/shutter.png"
  }

  pc_error_dialog {
    confirm_button_background_color = local.brand_deep
  }

  pc_result_page {
    success_icon_link                 = "${var.assets}/result/success.png"
    failed_icon_link                  = "${var.assets}/result/failed.png"
    next_step_button_background_color = local.brand_deep
    try_again_button_background_color = local.light.secondary
  }
}

# Only what differs at night. The tips page, the device pages, the dialogs and the PC
# pages stay light on purpose: either their background or their text cannot be
# coloured, and half a dark page is an unreadable one.
theme "dark" {
  extends = theme.base

  mobile_camera_page {
    background_color              = local.dark.surface
    tips_text_color               = local.dark.text
    keep_still_tip_text_color     = local.accent_at_night
    multiple_faces_tip_text_color = local.dark.danger
    face_occlusion_tip_text_color = local.dark.danger
  }

  mobile_loading_page {
    progress_color = local.brand_bright
  }

  mobile_result_page {
    background_color           = local.dark.surface
    liveness_result_text_color = local.dark.text
    countdown_text_color       = local.dark.muted

    next_step_button_background_color = local.brand_bright
    next_step_button_text_color       = readable_on(local.brand_bright)
    try_again_button_background_color = local.dark.secondary
    try_again_button_text_color       = readable_on(local.dark.secondary)
  }

  mobile_timeout_page {
    icon_link        = null # our clock is drawn in dark lines; the API's own icon is safer here
    background_color = local.dark.surface
    bold_text_color  = local.dark.text
    tip_text_color   = local.dark.muted

    try_again_button_background_color = local.brand_bright
    try_again_button_text_color       = readable_on(local.brand_bright)
  }
}
