brand = "#7a1f3d"
paper = "#fdf7f9"
