"""One file a report: what it counts and lists. Each is named by a row of `service/reports/documents/table.py`."""
