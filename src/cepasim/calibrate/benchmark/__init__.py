"""From evidence to the balanced benchmark of 2023-24."""
