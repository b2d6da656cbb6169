"""Lighthouse and what leads it: see __main__.py."""
