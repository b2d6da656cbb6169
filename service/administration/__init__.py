"""What administrators look after: links, people, units, areas, categories, the calendar and the time limits."""
