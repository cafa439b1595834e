"""Long tables of a result: columns, sums, notes and the chain behind a cell."""
