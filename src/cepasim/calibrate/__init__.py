"""Estimation of the benchmark: programs whose output lies, versioned, in ``params/``."""
