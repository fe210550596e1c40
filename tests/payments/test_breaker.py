"""Nobody waits for a provider that does not answer."""

from __future__ import annotations

import pytest

from palace.payments.backends.base import Away, Refused
from palace.payments.backends.breaker import PAUSE, SLOW, Breaker


class Clock:
    """Seconds that pass when a test says so."""

    now = 100.0

    def __call__(self) -> float:
        """Return the second."""
        return self.now


def fail(breaker: Breaker) -> None:
    """Ask somebody who does not answer."""
    with pytest.raises(Away), breaker.call():
        raise Away


def is_refused(breaker: Breaker) -> bool:
    """Return whether who asks now is sent away at once."""
    try:
        with breaker.call():
            return False
    except Away:
        return True


def test_after_a_failure_nobody_asks_until_the_pause_is_over() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    fail(breaker)

    clock.now += PAUSE - 0.01
    assert is_refused(breaker)
    clock.now += 0.01
    assert not is_refused(breaker)


def test_after_the_pause_one_asks_for_all() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    fail(breaker)
    clock.now += PAUSE

    with breaker.call():
        assert is_refused(breaker)
    assert not is_refused(breaker)


def test_the_one_who_asks_in_vain_begins_the_pause_anew() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    fail(breaker)
    clock.now += PAUSE
    fail(breaker)

    clock.now += PAUSE - 0.01
    assert is_refused(breaker)


def test_a_refusal_is_an_answer() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    fail(breaker)
    clock.now += PAUSE
    with pytest.raises(Refused), breaker.call():
        raise Refused

    with breaker.call():
        assert not is_refused(breaker)


def test_behind_a_slow_answer_nobody_queues() -> None:
    clock = Clock()
    breaker = Breaker(clock)

    with breaker.call():
        clock.now += SLOW
        assert not is_refused(breaker)
        clock.now += 0.01
        assert is_refused(breaker)
    assert not is_refused(breaker)
