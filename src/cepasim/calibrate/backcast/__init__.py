"""The 2013-24 series as a test: history, model, fit, scores, decomposition."""
