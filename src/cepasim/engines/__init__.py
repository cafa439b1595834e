"""The engines: Armington, SMART and GSIM behind one interface."""
