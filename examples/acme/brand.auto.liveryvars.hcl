# The brand colour. Change this one line and every page in every language follows:
# tints, shades and the text on buttons are worked out from it.
brand = "#0f6b5c"
