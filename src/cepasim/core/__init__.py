"""What knows no trade: problems, files, the manifest, YAML with line numbers, fiscal years."""
