"""公示墙: wishes that an official approved for everybody's eyes, and what became of them; no sign-in, no names."""
