# A whole livery stack: one page, in one language. Change a value and run
#   livery plan     to see what would change
#   livery apply    to make it so

account {
  base_url = "simulator" # a stand-in on this machine: nothing you try here reaches a customer
}

locale "en" {
  title_text = "Confirm it’s you" # the heading of every page

  mobile_result_page {
    success_desc                      = "You’re in. Welcome!" # what people read when the check succeeds
    next_step_button_background_color = "#0b5fff"             # your brand colour goes here
    next_step_button_text_color       = "#ffffff"             # pick what reads well on the line above
  }
}
