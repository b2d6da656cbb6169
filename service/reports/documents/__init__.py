"""The reports (报表): one row of `table.py` each, with one file in `rows/`; page, sheets and papers come from the row."""
