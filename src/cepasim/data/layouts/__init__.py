"""Layouts of the portals, one file each."""
