"""Products: HS codes of any length, their names, groups and vintages, and selections of them."""
