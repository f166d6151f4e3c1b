brand = "#0b5fff"
