"""Numbers that others published, and ours beside them.

One module per external reference, each with its inputs, the published or computed numbers, ours
and the difference. ``python -m validation docs/validation.md`` (``make validate``) runs them all
and writes the table; why numbers differ where they do stands in ``differences_explained.md``.
"""
