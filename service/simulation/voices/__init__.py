"""What villagers of the simulated county speak of, a file for each category, as patterns that seldom come out alike."""
