"""The hub: a ticket, what happened to it, who held it; lifecycle.py alone moves one."""
