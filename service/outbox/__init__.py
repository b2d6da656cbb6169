"""From an event to a person's phone: outbox row, deliveries, relay."""
