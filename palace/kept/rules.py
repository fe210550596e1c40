"""Reasons seats are kept for, until when by default, and openings as a page carries them: plain values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from palace.programme.rules import Stage
from palace.text import N_
from palace.tickets.keeping import KeptFor

REASONS = {
    KeptFor.HOUSE: N_("本馆自用"),
    KeptFor.TECHNICAL: N_("技术用座"),
    KeptFor.PRESS: N_("媒体"),
    KeptFor.WHEELCHAIR: N_("轮椅席"),
    KeptFor.COMPANION: N_("陪同席"),
    KeptFor.IN_PERSON: N_("给到馆的人"),
}
"""What seats may be kept for by hand; other keys belong to the pages that made them."""

OTHERS = {
    "block": N_("单位的票"),
    "offer": N_("候补"),
    "code": N_("票码"),
    KeptFor.RETURNED.value: N_("刚退回，稍后放出"),
}
WHEELCHAIR = "wheelchair_release_hours"
RELEASES = {
    KeptFor.HOUSE: "house_release_hours",
    KeptFor.TECHNICAL: "technical_release_hours",
    KeptFor.PRESS: "press_release_hours",
    KeptFor.WHEELCHAIR: WHEELCHAIR,
    KeptFor.COMPANION: WHEELCHAIR,
    KeptFor.IN_PERSON: "in_person_release_hours",
}
"""Which figure of the house says how long before the start seats of a reason go on sale."""


def reason_words(key: str) -> str:
    """Return the message id of what a key stands for; a key nobody knows is said as it is."""
    kind = key.partition(":")[0]
    return (
        REASONS.get(KeptFor(key)) or OTHERS[kind] if key in set(KeptFor) else OTHERS.get(kind, key)
    )


def release_at(starts_at: datetime, hours: int) -> datetime:
    """Return when kept seats go on sale that are let go so many hours before the start."""
    return starts_at - timedelta(hours=hours)


def seen_as(public: datetime, stages: Iterable[Stage]) -> str:
    """Return openings as a page carries them along, to be compared with what they are when it comes back."""
    told = [f"public={_second(public)}"]
    told += [
        f"{stage.unit_id or stage.audience.value}={_second(stage.opens_at)}" for stage in stages
    ]
    return " ".join(sorted(told))


def _second(instant: datetime) -> int:
    return int(instant.timestamp())
