# West, production: the pages that customers see.

livery {
  include = ["../brand.livery.hcl", "../../shared/*.livery.hcl"]
}

account {
  base_url = "simulator" # the address of this account; its keys come from the environment
}

locale "all" {
  for_each = local.languages

  code  = each.key
  theme = theme.base
  texts = jsondecode(file("../../shared/texts/${each.key}.json"))
}
