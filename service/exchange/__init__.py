"""Sheets in and out: wishes that others have kept, and the directory that a county starts with."""
