"""Days matched with the other side: their differences, one settled with words, a provider's file brought."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user

from palace import clock
from palace.books import reading, services
from palace.books.forms import MatchForm, TableForm, WhyForm
from palace.books.queries.days import DIFFERENCES, get_difference, subject_words
from palace.books.rules import SOURCES
from palace.books.views.base import BOOKS, DESK, bp, done, table_of
from palace.clock import palace_day
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.lists.services import answer as answer_list
from palace.payments.states import Backend
from palace.web import allow, answer, checked, reads, refusal_words, wants_json


@bp.get(f"{DESK}/differences")
@allow(*BOOKS)
@reads(query=DIFFERENCES.words)
def differences() -> ResponseReturnValue:
    """Show what did not match, the last day first."""
    return answer_list(DIFFERENCES)


@bp.post(f"{DESK}/match")
@allow(*BOOKS)
@reads(MatchForm)
def match() -> ResponseReturnValue:
    """Match a day that is over, now."""
    form = MatchForm()
    try:
        checked(form)
        with transaction():
            count = services.match_day(form.asked)
    except PalaceError as refusal:
        if wants_json():
            raise
        db.session.rollback()
        flash(refusal_words(refusal))
        return redirect(url_for("books.differences"), 303)
    if wants_json():
        return {"day": form.asked.isoformat(), "differences": count}
    flash(ngettext("对过了，有%(num)s处差异。", "对过了，有%(num)s处差异。", count))
    return redirect(url_for("books.differences"), 303)


@bp.get(f"{DESK}/differences/<id:difference_id>")
@allow(*BOOKS)
def difference(difference_id: int) -> ResponseReturnValue:
    """Show one difference, and where it is settled."""
    return _difference(difference_id)


@bp.post(f"{DESK}/differences/<id:difference_id>/settle")
@allow(*BOOKS)
@reads(WhyForm)
def settle(difference_id: int) -> ResponseReturnValue:
    """Settle a difference with words."""
    form = WhyForm()

    def act() -> str:
        why = (form.why.data or "").strip()
        services.settle(difference_id, why=why, by=current_user.actor)
        return str(gettext("处理好了。"))

    def page(refusal: PalaceError | None) -> Response:
        return _difference(difference_id, form, refusal)

    return done(form, act, page=page, to=url_for("books.differences", open="1"))


def _difference(
    difference_id: int, form: WhyForm | None = None, refusal: PalaceError | None = None
) -> Response:
    one = get_difference(difference_id)
    return answer(
        "books/difference.html",
        lambda: {
            "difference": one.id,
            "day": one.day.isoformat(),
            "source": one.source,
            "subject": one.subject,
            "ours": one.ours,
            "theirs": one.theirs,
            "settled_at": clock.iso(one.settled_at) if one.settled_at else None,
            "why": one.why,
        },
        status=refusal.status if refusal else 200,
        one=one,
        subject=subject_words(one.subject),
        sources=SOURCES,
        form=form or WhyForm(formdata=None),
        told=refusal_words(refusal) if refusal else "",
    )


@bp.get(f"{DESK}/provider")
@allow(*BOOKS)
def provider() -> ResponseReturnValue:
    """Show where a provider's own file is brought."""
    return _provider()


@bp.post(f"{DESK}/provider")
@allow(*BOOKS)
@reads(TableForm)
def bring_moved() -> ResponseReturnValue:
    """Write down what a provider says moved, and match its days that are over."""
    form, brought = TableForm(), dict[str, Any]()

    def act() -> str:
        lines, wrong = reading.moved(table_of(form))
        new, days = services.bring_moved(Backend.STRIPE, lines, by=current_user.actor)
        today = palace_day(clock.now())
        count = sum(services.match_day(day) for day in days if day < today)
        brought.update(new=new, wrong=wrong, differences=count)
        said = ngettext("导入了%(num)s笔。", "导入了%(num)s笔。", new)
        if wrong:
            said += ngettext(
                "有%(num)s行看不懂，没有导入。", "有%(num)s行看不懂，没有导入。", len(wrong)
            )
        return str(said + ngettext("有%(num)s处差异。", "有%(num)s处差异。", count))

    def page(refusal: PalaceError | None) -> Response:
        return _provider(form, brought, refusal)

    return done(form, act, page=page, to=url_for("books.differences", open="1"))


def _provider(
    form: TableForm | None = None,
    brought: dict[str, Any] | None = None,
    refusal: PalaceError | None = None,
) -> Response:
    return answer(
        "books/provider.html",
        {"new": None, "wrong": [], "differences": None, **(brought or {})},
        status=refusal.status if refusal else 200,
        form=form or TableForm(formdata=None),
        by_itself=services.tells_itself(),
        told=refusal_words(refusal) if refusal else "",
    )
