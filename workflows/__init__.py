"""Decides how a wish moves: tables and pure functions, without database, web or clock."""
