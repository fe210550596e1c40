"""Locks of a menu, and the statements that set somebody's votes and the order of lines."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from palace.db import db
from palace.errors import NotFound
from palace.surveys.models import Score, Survey, SurveyLine, SurveyVote


def lock_survey(survey_id: int, *, voting: bool = False) -> Survey:
    """Lock a menu, read anew: who changes it is alone, who votes only keeps such people out.

    A voter's own lock comes before it.

    Raises:
        NotFound: there is none.
    """
    wanted = select(Survey).where(Survey.id == survey_id)
    alone = wanted.with_for_update(of=Survey, read=voting, key_share=not voting)
    found = db.session.scalars(alone.execution_options(populate_existing=True)).first()
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
