"""The clock's work on tickets, and the proof that the database holds what it must."""
