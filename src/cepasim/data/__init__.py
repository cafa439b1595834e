"""Trade and tariff files as customs portals print them, read into one tidy table."""
