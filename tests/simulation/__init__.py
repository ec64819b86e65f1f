"""Simulated sizes: how often each test rejects a true null."""
