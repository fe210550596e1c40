"""Somebody who writes, two who review, and what they write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from palace.members.models import Staff
from palace.members.rules import Role
from palace.productions import services as productions
from palace.programme.models import Production
from palace.review import queries
from palace.review import services as review
from palace.review.models import Revision
from palace.security import public_code
from tests.factory import Factory

FIELDS: dict[str, Any] = {
    "kind": "drama",
    "title_zh": "话剧《茶馆》",
    "title_en": "Teahouse",
    "picture": None,
    "about_zh": "老舍的名作。",
    "about_en": "By Lao She.",
    "minutes": 150,
    "age_zh": "1.2米以下儿童谢绝入场",
    "age_en": "No children below 1.2 m",
    "late_entry": "interval",
    "late_minute": 70,
    "entry_note_zh": "请关闭手机铃声。",
    "entry_note_en": "Please silence your phone.",
    "partner_zh": "市话剧团",
    "partner_en": "City Drama Troupe",
    "permit_number": "并文旅演〔2026〕12号",
    "permit_authority": "市文化和旅游局",
    "permit_until": "2026-12-31",
}


def actor(staff: Staff) -> str:
    """Return what the audit calls somebody."""
    return f"staff:{staff.id}"


@dataclass(frozen=True)
class Desk:
    """An author and two reviewers."""

    author: Staff
    first: Staff
    second: Staff

    def write(self, **fields: Any) -> Production:
        """Return a new production whose fields wait for the review."""
        key = public_code()
        asked = {**FIELDS, **fields}
        return productions.create(asked, actor(self.author), key=key, site_id=None, within=None)

    def change(self, production: Production, **fields: Any) -> Revision:
        """Send other fields of a production in."""
        return review.propose(
            f"production:{production.id}", {**FIELDS, **fields}, actor(self.author)
        )

    def decide(self, revision: Revision, who: Staff, *, passed: bool = True) -> None:
        """Decide a revision at the step where it is."""
        at = next(one for one in revision.way if one.position not in revision.passed)
        reason = "" if passed else "日期不对"
        told = {"step": at.position, "version": revision.version}
        review.decide(revision, **told, reason=reason, by=actor(who), passed=passed)

    def review(self, production: Production) -> Revision:
        """Let both reviewers pass what waits of a production."""
        revision = queries.open_revision(f"production:{production.id}")
        assert revision
        self.decide(revision, self.first)
        self.decide(revision, self.second)
        return revision


@pytest.fixture
def desk(make: Factory) -> Desk:
    """Return an author and two reviewers."""
    make.site()
    return Desk(make.staff(Role.PROGRAMME), make.staff(Role.REVIEWER), make.staff(Role.REVIEWER))
