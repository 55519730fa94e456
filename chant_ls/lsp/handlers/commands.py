"""Verbs of the execution core, and our own requests."""
