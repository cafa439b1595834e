"""From levers to hats on the arrays of one market."""
