"""Solved states of the economy: reference, scenario and the coalitions between them."""
