"""The nested Armington market: the closed form of docs/method.md, solved on arrays."""
