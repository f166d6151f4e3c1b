# What all brands promise. "livery lint" judges it in each of them.

check "brand_colour" {
  for_each = documents

  assert {
    condition     = each.value.mobile_loading_page.progress_color == local.brand
    error_message = "${each.key}: progress is not shown in the brand colour."
    field         = "mobileLoadingPage.progressColor"
  }
}
