package scaffold

// The files that Init writes.
const gitignore = `# What livery keeps for itself.
.livery/
errored.livery.state.json
.livery.state.json.*

# A saved plan belongs to one state, and is worth nothing once that has moved on.
*.plan

# The state says what the service last confirmed. Commit it if you work alone and
# want that in git; a team keeps it where all can reach it.
livery.state.json
livery.state.json.backup
`

const accountBlock = `# Which pages this directory is about. "simulator" is built into livery: it needs
# no account and no network. Delete the line to talk to the service itself; the
# keys come from LIVERY_ACCESS_KEY and LIVERY_SECRET_KEY, never from a file.
account {
  base_url = "simulator"
}
`

const starter = `
# What all languages share.
theme "brand" {
  mobile_loading_page {
    progress_color = "COLOUR"
  }
  mobile_result_page {
    next_step_button_background_color = "COLOUR"
    next_step_button_text_color       = readable_on("COLOUR")
  }
}

# One block for each language of the page. "livery schema" lists every page and
# field; what is not said here stays as the service has it.
locale "CODE" {
  theme = theme.brand

  mobile_result_page {
    success_desc = "You're in."
    failed_desc  = "That didn't work. Please try once more."
  }
}
`
