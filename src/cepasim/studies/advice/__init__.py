"""From answers to advice: which depth, which lines, which package, how to spend the fund."""
