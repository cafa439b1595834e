"""The pages, one file each; the parts of the scenario page beside it."""
