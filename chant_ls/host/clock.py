"""The clock of the machine."""

import time
from datetime import UTC, date, datetime


class SystemClock:
    def now(self) -> str:
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def today(self) -> str:
        return date.today().isoformat()

    def monotonic(self) -> float:
        return time.monotonic()
