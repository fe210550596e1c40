"""Finance's invoices: what waits, batches as files, numbers brought back, one reversed, the columns."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, make_response, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user

from palace.books import reading, services
from palace.books.forms import FIXED, ColumnsForm, ReverseForm, TableForm, WhyForm
from palace.books.queries import invoices as queries
from palace.books.queries.invoices import INVOICES
from palace.books.rules import (
    FIELDS,
    MOST_COLUMNS,
    OUTCOMES,
    PAYERS,
    STATES,
    Judged,
    Outcome,
    cells,
)
from palace.books.views.base import BOOKS, DESK, bp, done, table_of, told
from palace.books.writers import WRITE, FileKind
from palace.clock import iso
from palace.errors import PalaceError
from palace.forms import Form
from palace.lists.services import answer as answer_list
from palace.web import allow, answer, reads, refusal_words, wants_json

TYPES = {
    FileKind.CSV: "text/csv; charset=utf-8",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SPARE = 3


@bp.get(f"{DESK}/invoices")
@allow(*BOOKS)
@reads(query=INVOICES.words)
def invoices() -> ResponseReturnValue:
    """Show every invoice somebody asked for."""
    return answer_list(INVOICES)


@bp.get(f"{DESK}/batches")
@allow(*BOOKS)
def batches() -> ResponseReturnValue:
    """Show what waits for the finance tool, and the files that went to it."""
    return _batches(None)


@bp.post(f"{DESK}/batches")
@allow(*BOOKS)
@reads(Form)
def make_batch() -> ResponseReturnValue:
    """Put what waits into a file for the finance tool."""

    def act() -> str:
        services.make_batch(by=current_user.actor)
        return str(gettext("做好了一批，请下载文件，导进开票软件。"))

    return done(Form(), act, page=_batches, to=url_for("books.batches"))


def _batches(refusal: PalaceError | None) -> Response:
    found = queries.batches()
    return answer(
        "books/batches.html",
        lambda: {
            "batches": [
                {
                    "batch": batch.id,
                    "made_at": iso(batch.made_at),
                    "requests": count,
                    "waiting": waits,
                }
                for batch, count, waits in found
            ]
        },
        status=refusal.status if refusal else 200,
        batches=found,
        requested=queries.requested_count(),
        told=refusal_words(refusal) if refusal else "",
    )


@bp.get(f"{DESK}/batches/<id:batch_id>.csv")
@allow(*BOOKS)
def batch_csv(batch_id: int) -> ResponseReturnValue:
    """Send a batch as a CSV for the finance tool."""
    return _file(batch_id, FileKind.CSV)


@bp.get(f"{DESK}/batches/<id:batch_id>.xlsx")
@allow(*BOOKS)
def batch_xlsx(batch_id: int) -> ResponseReturnValue:
    """Send a batch as a workbook for the finance tool."""
    return _file(batch_id, FileKind.XLSX)


def _file(batch_id: int, kind: FileKind) -> Response:
    batch = queries.get_batch(batch_id)
    found, columns = queries.in_batch(batch.id), queries.columns()
    what, came = queries.what_for([one.payment for one in found]), queries.came_by(found)
    lines = [[one.heading for one in columns]] + [
        cells(columns, queries.told_of(one, what[one.payment_id], came.get(one.payment_id)))
        for one in found
    ]
    response = make_response(WRITE[kind](lines))
    response.headers["Content-Type"] = TYPES[kind]
    response.headers["Content-Disposition"] = f'attachment; filename="invoices-{batch.id}.{kind}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get(f"{DESK}/numbers")
@allow(*BOOKS)
def numbers() -> ResponseReturnValue:
    """Show where the finance tool's answer is brought back."""
    return _numbers()


@bp.post(f"{DESK}/numbers")
@allow(*BOOKS)
@reads(TableForm)
def bring_numbers() -> ResponseReturnValue:
    """Say what each line of the finance tool's answer is; with `sure` write its good numbers down."""
    form, judged = TableForm(), list[Judged]()

    def page(refusal: PalaceError | None) -> Response:
        return _numbers(form, judged, refusal)

    def act() -> str:
        lines = reading.numbers(table_of(form), queries.request_heading())
        judged.extend(services.bring_in(lines, by=current_user.actor))
        good = sum(one.outcome is Outcome.GOOD for one in judged)
        return str(ngettext("记下了%(num)s个发票号码。", "记下了%(num)s个发票号码。", good))

    if form.sure.data:
        return done(form, act, page=page, to=url_for("books.invoices"))
    try:
        judged.extend(services.judge(reading.numbers(table_of(form), queries.request_heading())))
    except PalaceError as refusal:
        if wants_json():
            raise
        return _numbers(form, judged, refusal)
    return _numbers(form, judged)


def _numbers(
    form: TableForm | None = None, judged: Sequence[Judged] = (), refusal: PalaceError | None = None
) -> Response:
    good = sum(one.outcome is Outcome.GOOD for one in judged)
    return answer(
        "books/numbers.html",
        lambda: {
            "good": good,
            "lines": [
                {"line": one.line.number, "request": one.line.request, "outcome": one.outcome}
                for one in judged
            ],
        },
        status=refusal.status if refusal else 200,
        form=form or TableForm(formdata=None),
        judged=judged,
        good=good,
        outcomes=OUTCOMES,
        heading=queries.request_heading(),
        told=refusal_words(refusal) if refusal else "",
    )


@bp.get(f"{DESK}/invoices/<id:request_id>")
@allow(*BOOKS)
def invoice(request_id: int) -> ResponseReturnValue:
    """Show one invoice, what it is of, and where it is reversed."""
    return _invoice(request_id)


@bp.post(f"{DESK}/invoices/<id:request_id>/reverse")
@allow(*BOOKS)
@reads(ReverseForm)
def reverse(request_id: int) -> ResponseReturnValue:
    """Write down that an invoice was reversed: what it held goes back."""
    form, request = ReverseForm(), queries.get_request(request_id)

    def act() -> str:
        services.reverse(request, form.asked, by=current_user.actor)
        return str(gettext("冲红记下了，等着的退款现在去办。"))

    def page(refusal: PalaceError | None) -> Response:
        return _invoice(request_id, form, refusal)

    return done(form, act, page=page, to=url_for("books.invoice", request_id=request_id))


@bp.post(f"{DESK}/invoices/<id:request_id>/not-issued")
@allow(*BOOKS)
@reads(WhyForm)
def not_issued(request_id: int) -> ResponseReturnValue:
    """Write down that the finance tool did not issue it: what it held goes back."""
    form, request = WhyForm(), queries.get_request(request_id)

    def act() -> str:
        services.not_issued(request, why=(form.why.data or "").strip(), by=current_user.actor)
        return str(gettext("撤下了，等着的退款现在去办。"))

    def page(refusal: PalaceError | None) -> Response:
        return _invoice(request_id, why=form, refusal=refusal)

    return done(form, act, page=page, to=url_for("books.invoice", request_id=request_id))


def _invoice(
    request_id: int,
    form: ReverseForm | None = None,
    refusal: PalaceError | None = None,
    *,
    why: WhyForm | None = None,
) -> Response:
    request = queries.get_request(request_id)
    return answer(
        "books/invoice.html",
        lambda: told(request),
        status=refusal.status if refusal else 200,
        one=request,
        what=queries.what_for([request.payment])[request.payment_id],
        form=form or ReverseForm(formdata=None),
        why=why or WhyForm(formdata=None),
        states=STATES,
        payers=PAYERS,
        told=refusal_words(refusal) if refusal else "",
    )


@bp.get(f"{DESK}/columns")
@allow(*BOOKS)
def columns() -> ResponseReturnValue:
    """Show the columns of the finance tool's file."""
    return _columns()


@bp.post(f"{DESK}/columns")
@allow(*BOOKS)
@reads(ColumnsForm)
def set_columns() -> ResponseReturnValue:
    """Set the columns of the finance tool's file."""
    form = ColumnsForm()

    def act() -> str:
        services.set_columns(form.columns, by=current_user.actor)
        return str(gettext("列存好了，下一次下载就用。"))

    def page(refusal: PalaceError | None) -> Response:
        return _columns(form if refusal else None, refusal)

    return done(form, act, page=page, to=url_for("books.columns"))


def _columns(form: ColumnsForm | None = None, refusal: PalaceError | None = None) -> Response:
    own = [
        (one.heading, one.field.value if one.field else FIXED, one.fixed or "")
        for one in queries.columns()
    ]
    rows = form.rows if form else own
    spare = [("", "", "")] * min(SPARE, MOST_COLUMNS - len(rows))
    return answer(
        "books/columns.html",
        lambda: {"columns": [{"heading": a, "what": b, "fixed": c} for a, b, c in rows]},
        status=refusal.status if refusal else 200,
        rows=[*rows, *spare],
        fields=FIELDS,
        fixed=FIXED,
        told=refusal_words(refusal) if refusal else "",
    )
