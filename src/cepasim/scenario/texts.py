"""What the fields of a scenario may hold, for messages: in English, translated where shown."""

from __future__ import annotations

from cepasim.core.language import mark

NAME = mark("a name, one line of at most 200 signs")
TEXT = mark("text")
TIME = mark("path or long_run")
VARIANT = mark("a variant such as central, or a file")
LEVERS = mark("a list of levers")
LEVEL = mark("chapter, hs4 or hs6")
REFINE = mark("chapters of two digits in quotes, such as ['87', '64']")
PARAMETERS = mark("a mapping of parameter names to numbers")
