"""What writes the generated pages of the documentation; not part of the package."""
