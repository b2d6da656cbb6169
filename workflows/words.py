"""Marks Chinese sentences for the catalogues; whoever shows one translates it."""


def _(sentence: str) -> str:
    return sentence


def _n(sentence: str) -> str:
    """A sentence about a number: other languages have one form for one day and another for two."""
    return sentence
