"""Tells people what happened: who hears of what, in which words, by which channel; no database, no web."""
