"""Codes at doors: which count when, at which door, and under which key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from palace.arrivals import tokens
from palace.arrivals.rules import Proof
from palace.rooms.models import Room
from palace.security import forget_keys, keys, rotate_keys, use_keys

NOW = datetime(2026, 12, 1, 11, tzinfo=UTC)  # a step of half a minute begins
INSTANT = timedelta(milliseconds=1)


@pytest.fixture
def room(app: Flask) -> Room:
    """Return a room; its door needs no row."""
    return Room(space_id=7, door_generation=1)


@pytest.mark.parametrize(
    ("later", "proof"),
    [
        (-INSTANT, None),
        (0 * INSTANT, Proof.SCREEN),
        (timedelta(seconds=60) - INSTANT, Proof.SCREEN),
        (timedelta(seconds=60), None),
    ],
)
def test_a_screens_code_counts_in_its_half_minute_and_the_next(
    room: Room, later: timedelta, proof: Proof | None
) -> None:
    assert tokens.proven_by(tokens.screen_code(room, NOW), room, NOW + later) is proof


@pytest.mark.parametrize(
    ("later", "proof"),
    [
        (timedelta(minutes=10) - INSTANT, Proof.SCANNED),
        (timedelta(minutes=10), None),
    ],
)
def test_what_was_scanned_counts_for_ten_minutes(
    room: Room, later: timedelta, proof: Proof | None
) -> None:
    assert tokens.proven_by(tokens.scanned_code(room, NOW), room, NOW + later) is proof


def test_a_printed_code_counts_as_long_as_it_hangs(room: Room) -> None:
    code = tokens.printed_code(room)
    assert tokens.proven_by(code, room, NOW + timedelta(days=3650)) is Proof.PRINTED
    assert len(code) == 24


def test_no_code_is_good_at_another_door_or_after_new_ones_were_made(room: Room) -> None:
    codes = [
        tokens.screen_code(room, NOW),
        tokens.scanned_code(room, NOW),
        tokens.printed_code(room),
    ]
    secret = tokens.screen_secret(room)
    for other in (Room(space_id=8, door_generation=1), Room(space_id=7, door_generation=2)):
        assert [tokens.proven_by(code, other, NOW) for code in codes] == [None] * 3
        assert not tokens.opens_screen(secret, other)


@pytest.mark.parametrize("text", ["", "a", "室", "=" * 24, "a" * 24, "a" * 5000, "aaaaaaa="])
def test_what_is_no_code_proves_nothing(room: Room, text: str) -> None:
    assert tokens.proven_by(text, room, NOW) is None
    assert not tokens.opens_screen(text, room)


def test_a_code_is_no_secret_of_a_screen_and_a_secret_no_code(room: Room) -> None:
    assert not tokens.opens_screen(tokens.printed_code(room), room)
    assert tokens.proven_by(tokens.screen_secret(room), room, NOW) is None
    assert tokens.opens_screen(tokens.screen_secret(room), room)


def test_a_screen_outlives_a_rotation_until_its_key_is_forgotten(app: Flask, room: Room) -> None:
    file = app.extensions["palace"].keys_file
    before = file.read_bytes()
    old, secret = keys().active("door"), tokens.screen_secret(room)
    try:
        rotate_keys(file, ["door"], NOW)
        assert tokens.screen_secret(room) != secret
        assert tokens.opens_screen(secret, room)
        forget_keys(file, [old.id])
        assert not tokens.opens_screen(secret, room)
    finally:
        file.write_bytes(before)
        use_keys(app)
