"""The levers: what a scenario may ask for, one file each."""
