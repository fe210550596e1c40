"""Locks of a menu, and the statements that set somebody's votes and the order of lines."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, case, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from palace.db import db
from palace.errors import NotFound
from palace.surveys.models import Score, Survey, SurveyLine, SurveyVote


def lock_survey(survey_id: int) -> Survey:
    """Lock a menu, read anew: who changes it is alone, and nobody votes meanwhile.

    Raises:
        NotFound: there is none.
    """
    return _one(_wanted(survey_id).with_for_update(of=Survey, key_share=True))


def share_survey(survey_id: int) -> Survey:
    """Keep a menu as it is until a vote on it is written, behind the voter's lock; many vote at once.

    Raises:
        NotFound: there is none.
    """
    return _one(_wanted(survey_id).with_for_update(of=Survey, read=True))


def _wanted(survey_id: int) -> Select[Survey]:
    return select(Survey).where(Survey.id == survey_id)


def _one(locked: Select[Survey]) -> Survey:
    found = db.session.scalars(locked.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound
    return found


def set_votes(
    member_id: int, lines: Collection[int], chosen: Collection[int], at: datetime
) -> None:
    """Set all votes of a member among the lines of a menu, behind the member's lock."""
    others = delete(SurveyVote).where(
        SurveyVote.member_id == member_id,
        SurveyVote.line_id.in_(lines),
        SurveyVote.line_id.not_in(chosen),
    )
    db.session.execute(others)
    if chosen:
        rows = [{"line_id": one, "member_id": member_id, "voted_at": at} for one in sorted(chosen)]
        db.session.execute(insert(SurveyVote).values(rows).on_conflict_do_nothing())


def swap(one: SurveyLine, other: SurveyLine) -> None:
    """Let two lines of a menu change places, behind its lock."""
    places = {one.id: other.position, other.id: one.position}
    moved = update(SurveyLine).where(SurveyLine.id.in_(places))
    db.session.execute(
        moved.values(position=case(places, value=SurveyLine.id)).execution_options(
            synchronize_session="fetch"
        )
    )


def set_score(enrolment_id: int, stars: int, words: str, at: datetime) -> None:
    """Set what somebody gives their class; the newest holds."""
    new = insert(Score).values(enrolment_id=enrolment_id, stars=stars, words=words, given_at=at)
    given = {"stars": stars, "words": words, "given_at": at}
    db.session.execute(new.on_conflict_do_update(index_elements=["enrolment_id"], set_=given))
