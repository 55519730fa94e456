"""chant: specs that AI agents execute."""

__version__ = "0.1.0"
