"""The levers and assumptions as controls: they write into the session's draft and show no result.

One file per kind of lever; `registry` lists them, `sidebar` draws them.
"""
