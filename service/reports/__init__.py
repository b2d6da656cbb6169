"""Figures for supervisors: counted from tickets, formulas from workflows/rates.py."""
