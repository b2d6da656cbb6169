"""Areas, units, people, categories, links, limits and the calendar: what a county is made of."""
