"""Figures from files: what a parameter folder holds, how it is checked and read."""
