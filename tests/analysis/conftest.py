"""The corpus, as the tests of the syntax read it."""

from tests.syntax.conftest import corpus, malformed

__all__ = ["corpus", "malformed"]
