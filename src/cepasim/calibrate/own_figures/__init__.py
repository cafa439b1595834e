"""The user's own customs figures in the benchmark and in the known years of the reference."""
