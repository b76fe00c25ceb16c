"""Reads that are kept: what they depend on, where they are, and when they are to be asked again."""
