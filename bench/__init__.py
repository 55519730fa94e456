"""Measures contract section 8, each number beside one of the same run: `python -m bench`."""
