"""Letting nobody wait for a provider that does not answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from palace.payments.backends.base import Away

PAUSE = 30.0  # seconds after a failure in which nobody asks
SLOW = 2.0  # seconds after which an answer that is not there yet keeps others from asking


class Breaker:
    """One per process: who would only wait is told at once; after a pause one asks for all."""

    def __init__(self, tick: Callable[[], float] = time.monotonic) -> None:
        """Begin with a provider that is believed to be there."""
        self._tick = tick
        self._lock = threading.Lock()
        self._asking: list[float] = []
        self._down_until: float | None = None

    @contextmanager
    def call(self) -> Iterator[None]:
        """Ask the provider inside the block.

        Raises:
            Away: nobody asks just now, or the block found that nobody answers.
        """
        begun = self._enter()
        try:
            yield
        except Away:
            self._down_until = self._tick() + PAUSE
            raise
        except Exception:
            self._down_until = None  # it answered, though not what was hoped for
            raise
        else:
            self._down_until = None
        finally:
            with self._lock:
                self._asking.remove(begun)

    def _enter(self) -> float:
        with self._lock:
            now = self._tick()
            paused = self._down_until is not None and (now < self._down_until or self._asking)
            if paused or any(now - begun > SLOW for begun in self._asking):
                raise Away
            self._asking.append(now)
            return now
