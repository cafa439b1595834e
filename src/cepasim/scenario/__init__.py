"""A scenario: levers as validated, immutable data, read from and written to YAML."""
