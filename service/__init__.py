"""Does: web pages, API, database, scheduler and command line around the rules."""
