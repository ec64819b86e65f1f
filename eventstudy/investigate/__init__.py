"""What really happened: one question per file."""
