# Who sees which look, in which words. The words are in texts/, one file a language,
# so that translators never have to open this one.

# The source language: every other file in texts/ is translated from this one's.
locale "en" {
  theme = theme.base
  texts = jsondecode(file("texts/en.json"))
}

# One document for each element. To add a language of this group, add its code here
# and its file to texts/.
locale "asia" {
  for_each = toset(["fil_PH", "hi", "id", "ms_MY", "th", "vi"])

  code  = each.key
  theme = theme.base
  texts = jsondecode(file("texts/${each.key}.json"))
}

# Our apps here are dark, and the check should not flash white in between.
# Simplified and traditional are separate texts, not one converted into the other.
locale "chinese" {
  for_each = toset(["zh_CN", "zh_HK", "zh_TW"])

  code  = each.key
  theme = theme.dark
  texts = jsondecode(file("texts/${each.key}.json"))
}

locale "ja_JP" {
  theme = theme.dark
  texts = jsondecode(file("texts/ja_JP.json"))
}

locale "ar_AE" {
  theme = theme.base
  texts = jsondecode(file("texts/ar_AE.json"))

  # These two pictures point along the reading direction, so they are mirrored.
  mobile_multi_device_process_page {
    qr_code_page_top_icon_link         = "${var.assets}/devices/switch-device-rtl.png"
    verify_finished_page_top_icon_link = "${var.assets}/devices/finished-rtl.png"
  }
}
