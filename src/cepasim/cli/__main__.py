"""``python -m cepasim.cli``."""

from cepasim.cli.commands import main

main()
