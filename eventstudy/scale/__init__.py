"""Many events: panels larger than memory, and more than one machine."""
