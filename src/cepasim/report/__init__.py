"""Figures, words and pieces of HTML that the briefing note and the front end share."""
