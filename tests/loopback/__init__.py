"""A local stand-in for Yahoo's chart service, with its faults, and two ways to put it in Yahoo's place."""
