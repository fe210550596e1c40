"""Many at once: budgets, tries and people on a roster are counted exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from palace import clock
from palace.db import Base, db, transaction
from palace.errors import PalaceError
from palace.members.models import Challenge, Grant, Member, SignIn
from palace.members.services import (
    ask_access,
    ask_code,
    choose_person,
    code_of,
    join,
    sign_in_only_person,
    try_code,
)
from palace.notices.models import Notice
from tests.factory import Factory
from tests.members.browser import PHONE, wrong_code

THREADS = 12
Run = Callable[[Callable[[int], object]], Counter[str]]


@pytest.fixture
def at_once(live: Factory, live_app: Flask) -> Run:
    """Return what runs an act in many threads at the same instant and counts how they ended."""

    def run(act: Callable[[int], object]) -> Counter[str]:
        barrier = Barrier(THREADS)

        def one(number: int) -> str:
            with live_app.app_context():
                barrier.wait()
                try:
                    with transaction():
                        done = act(number)
                except PalaceError as error:
                    return error.code
                return "done" if done else "not"

        with ThreadPoolExecutor(THREADS) as threads:
            return Counter(threads.map(one, range(THREADS)))

    return run


def count(model: type[Base]) -> int:
    """Return how many rows there are."""
    return db.session.scalars(select(func.count()).select_from(model)).one()


def asked(live: Factory) -> int:
    """Ask for a code, commit it, and return the challenge's id."""
    live.site()
    with transaction():
        return ask_code(PHONE, browser="b", address="a").id


def challenge(challenge_id: int) -> Challenge:
    """Return a challenge in this thread's own session."""
    return db.session.get_one(Challenge, challenge_id)


def passed(live: Factory) -> int:
    """Return the id of a challenge that was passed."""
    challenge_id = asked(live)
    with transaction():
        assert try_code(challenge(challenge_id), code_of(f"challenge:{challenge_id}")).challenge
    return challenge_id


def test_a_number_gets_one_code_a_minute_however_many_ask(live: Factory, at_once: Run) -> None:
    live.site()
    live.commit()

    ended = at_once(lambda number: ask_code(PHONE, browser=f"b{number}", address=f"a{number}"))

    assert ended == {"done": 1, "too_many_tries": THREADS - 1}
    assert (count(Challenge), count(Notice)) == (1, 1)


def test_an_address_gets_its_codes_and_no_more(live: Factory, at_once: Run) -> None:
    live.rules().code_per_address_hour = 5
    live.commit()

    ended = at_once(lambda number: ask_code(f"1380013{number:04d}", browser="b", address="a"))

    assert ended == {"done": 5, "too_many_tries": THREADS - 5}


def test_the_day_has_its_codes_and_no_more(live: Factory, at_once: Run) -> None:
    rules = live.rules()
    rules.code_per_day, rules.code_per_day_for_known = 7, 7
    for number in range(THREADS):
        live.roster_entry(phone=f"1380013{number:04d}")
    live.commit()

    ended = at_once(
        lambda number: ask_code(f"1380013{number:04d}", browser="b", address=f"a{number}")
    )

    assert ended == {"done": 7, "codes_spent": THREADS - 7}
    assert count(Notice) == 7


def test_unknown_numbers_get_their_share_and_no_more(live: Factory, at_once: Run) -> None:
    rules = live.rules()
    rules.code_per_day, rules.code_per_day_for_known = 10, 6
    live.commit()

    ended = at_once(
        lambda number: ask_code(f"1380013{number:04d}", browser="b", address=f"a{number}")
    )

    assert ended == {"done": THREADS}
    assert count(Notice) == 4


def test_parallel_guesses_are_five_and_no_more(live: Factory, at_once: Run) -> None:
    challenge_id = asked(live)
    wrong = wrong_code()
    db.session.remove()

    ended = at_once(lambda _: try_code(challenge(challenge_id), wrong).challenge)

    assert ended == {"not": 5, "code_gone": THREADS - 5}
    assert challenge(challenge_id).tries == 5


def test_the_right_code_passes_once(live: Factory, at_once: Run) -> None:
    challenge_id = asked(live)
    good = code_of(f"challenge:{challenge_id}")

    ended = at_once(lambda _: try_code(challenge(challenge_id), good).challenge)

    assert ended == {"done": 1, "code_gone": THREADS - 1}


def test_a_passed_code_signs_in_once(live: Factory, at_once: Run) -> None:
    live.member(phone=PHONE)
    challenge_id = passed(live)

    ended = at_once(lambda _: sign_in_only_person(challenge(challenge_id)))

    assert ended == {"done": 1, "code_gone": THREADS - 1}
    assert count(SignIn) == 1


def test_a_passed_code_makes_one_new_member(live: Factory, at_once: Run) -> None:
    challenge_id = passed(live)

    ended = at_once(lambda _: join(challenge(challenge_id), "李雷"))

    assert ended == {"done": 1, "code_gone": THREADS - 1}
    assert (count(Member), count(SignIn)) == (1, 1)


def test_a_person_on_a_roster_gets_one_account_from_many_browsers(
    live: Factory, at_once: Run
) -> None:
    rules = live.rules()
    rules.code_per_phone_minute = rules.code_per_phone_hour = rules.code_per_phone_day = THREADS
    entry_id = live.roster_entry(phone=PHONE).id
    live.commit()
    ids = []
    for number in range(THREADS):
        with transaction():
            one = ask_code(PHONE, browser=f"b{number}", address="a")
        with transaction():
            assert try_code(one, code_of(f"challenge:{one.id}")).challenge
        ids.append(one.id)

    def act(number: int) -> SignIn | None:
        mine = challenge(ids[number])
        return choose_person(mine, f"r{entry_id}") if number % 2 else sign_in_only_person(mine)

    ended = at_once(act)

    # Who comes late finds a member where the roster entry was: they choose again, nobody is doubled.
    assert ended["done"] >= THREADS // 2
    assert ended["done"] + ended["not_found"] == THREADS
    assert count(Member) == 1
    assert count(SignIn) == ended["done"]


def test_wheelchair_places_are_opened_once(live: Factory, at_once: Run) -> None:
    member_id = live.member().id
    live.commit()

    at_once(lambda _: ask_access(db.session.get_one(Member, member_id), True, clock.now()))

    assert count(Grant) == 1
