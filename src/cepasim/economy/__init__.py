"""The benchmark: markets, tariff schedules and how sure their figures are."""
