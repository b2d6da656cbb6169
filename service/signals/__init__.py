"""Signals of gaming: found every night, looked at by supervisors, and without any consequence of their own."""
