"""Trade and tariff files as customs portals print them, read into one tidy table."""

from cepasim.data.reading import Reading
from cepasim.data.recognise import read

__all__ = ["Reading", "read"]
