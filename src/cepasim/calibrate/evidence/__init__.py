"""The evidence: how far the model deserves trust, as tables, charts, a page and a folder."""
