"""What happens around every request: an id, a log line without personal data, headers, error pages."""

from __future__ import annotations

import json
import logging
import secrets
import sys
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from types import TracebackType

import psycopg
from flask import (
    Flask,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError

from palace import headers, lately, web
from palace.db import db
from palace.errors import (
    NotFound,
    PageStale,
    PalaceError,
    ProofNeeded,
    SignInNeeded,
    Unavailable,
)
from palace.text import N_

log = logging.getLogger("palace")

COME_BACK = 5  # seconds
SECRETS = frozenset({"password", "code", "proof", "number", "who"})
NOT_SENT_AGAIN = {"csrf_token", "proof"}
SLEPT_TOO_LONG = "25P03"  # ours was frozen inside a transaction and PostgreSQL cut it off

HTTP_WORDS = {
    400: N_("这个请求看不懂。请返回刷新页面后再试。"),
    405: N_("这个地址不能这样使用。请从首页重新进入。"),
    413: N_("内容太长了，请缩短后再试。"),
    415: N_("内容的格式不对。请从页面上操作。"),
    500: N_("系统出了点问题，已经记录下来。请稍后再试，或到售票处办理。"),
}


class JsonLines(logging.Formatter):
    """One JSON object per line, so that no value can break out of its line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "values", {}),
        }
        if record.exc_info and record.exc_info[1]:
            line["trace"] = trace_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def trace_of(error: BaseException) -> list[str]:
    """Return the stack of an error and of what led to it, newest first.

    PostgreSQL's text quotes the row it refuses, and who passes it on quotes it too: where the
    database is part of the story, kinds, conditions and places are told without any text.
    """
    chain = list(_chain(error))
    silent = any(isinstance(link, SQLAlchemyError | psycopg.Error) for link in chain)
    lines = []
    for link in chain:
        told = "" if silent else f": {link}"
        if isinstance(link, psycopg.Error):
            told = f" {link.sqlstate} {link.diag.constraint_name or ''}".rstrip()
        lines.append(f"{type(link).__module__}.{type(link).__qualname__}{told}")
        lines += traceback.format_tb(link.__traceback__)
    return lines


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Give an error and what led to it, each once."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or link.__context__


def log_to_stderr() -> None:
    """Send every log line of this process to standard error as JSON, and what ends it too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    sys.excepthook = _ended


def _ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, Exception):
        log.critical("ended", exc_info=(kind, error, trace))


def init_app(app: Flask) -> None:
    """Put the hooks and error pages on the application."""
    app.before_request(_begin)
    app.after_request(_finish)
    app.teardown_appcontext(_let_go)
    app.register_error_handler(PalaceError, refused)
    app.register_error_handler(CSRFError, lambda _: refused(PageStale()))
    app.register_error_handler(SQLAlchemyError, _database_failed)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _crashed)


def _begin() -> None:
    g.request_id = headers.new_request_id()
    g.began = time.perf_counter()
    headers.drop_unreadable_referrer()


def _finish(response: Response) -> Response:
    is_file = request.endpoint == "static"
    headers.harden(
        response,
        g.get("request_id", ""),
        secure=current_app.extensions["palace"].secure,
        personal=not is_file and _is_personal(response),
    )
    if not is_file:
        headers.tell_apart(response)
        values = {
            "request_id": g.get("request_id"),
            "method": request.method,
            "endpoint": request.endpoint,
            "status": response.status_code,
            "ms": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
        }
        log.info("request", extra={"values": values})
    return response


def _let_go(_: BaseException | None) -> None:
    """End what was only read; a database that died since the answer was made takes nothing of it back."""
    try:
        db.session.remove()
    except SQLAlchemyError as error:
        log.warning(
            "database away after an answer", extra={"values": {"kind": type(error).__name__}}
        )
        db.session().invalidate()


def _is_personal(response: Response) -> bool:
    """Return whether an answer may hold what is one visitor's: Flask writes its own cookie only later."""
    return (
        response.status_code >= HTTPStatus.BAD_REQUEST
        or bool(session)
        or session.modified
        or "Set-Cookie" in response.headers
    )


def refused(error: PalaceError) -> ResponseReturnValue:
    """Answer a refusal: problem+json, the sign-in page, or a page that says what to do next."""
    try:
        db.session.rollback()
        response = _refusal(error)
    except SQLAlchemyError as broken:
        if not is_away(broken):
            raise
        error = Unavailable()
        response = _refusal(error)
    if response.status_code == Unavailable.status:
        response.headers.setdefault("Retry-After", str(_come_back_in()))
    return response


def _refusal(error: PalaceError) -> Response:
    if web.wants_json():
        return web.problem(error)
    if isinstance(error, Unavailable):
        return lately.last_page() or _wait_page(error)
    if isinstance(error, SignInNeeded):
        page = "staff.sign_in" if error.values.get("staff") else "members.sign_in"
        return make_response(redirect(url_for(page, next=error.values.get("back")), code=303))
    if isinstance(error, ProofNeeded):
        return _proof_page(error)
    return make_response(error_page(web.refusal_words(error)), error.status)


def _proof_page(error: ProofNeeded) -> Response:
    """Return the page that asks who acts; what was typed waits in it and is sent again with the proof."""
    typed = [(n, t) for n, t in request.form.items(multi=True) if n not in NOT_SENT_AGAIN]
    page = render_template(
        "members/proof.html",
        fields=typed,
        way=str(error.values.get("way")),
        demo=error.values.get("demo"),
        wrong=error.values.get("wrong"),
        back=web.page_before(),
    )
    return make_response(page, error.status)


def _wait_page(error: Unavailable) -> Response:
    """Return the page that comes back by itself; what was typed waits in it to be sent again.

    It needs no database: neither the visitor's name nor the house's.
    """
    seconds = _come_back_in()
    page = current_app.jinja_env.get_template("wait.html").render(
        sentence=web.refusal_words(error),
        seconds=seconds,
        fields=_typed(),
        house=current_app.extensions.get("palace_house"),
    )
    response = make_response(page, error.status, {"Retry-After": str(seconds)})
    if request.method == "GET":
        response.headers["Refresh"] = str(seconds)
    return response


def _typed() -> list[tuple[str, str]]:
    """Return the fields to be sent again; nothing where a secret is among them: no page repeats one."""
    try:
        typed = list(request.form.items(multi=True))
    except HTTPException:  # too long, or cut off
        return []
    return [] if SECRETS & request.form.keys() else typed


def _come_back_in() -> int:
    """Return seconds until the next try; people spread over them, or they would all come back at once."""
    return COME_BACK + secrets.randbelow(COME_BACK)


def error_page(sentence: str) -> str:
    """Return the page that says what happened and what to do next."""
    return render_template("error.html", sentence=sentence, back=web.page_before())


def is_away(error: SQLAlchemyError) -> bool:
    """Return whether the database could not do it now, rather than that it was asked something wrong."""
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        return True
    return isinstance(error, DBAPIError) and (
        error.connection_invalidated or getattr(error.orig, "sqlstate", None) == SLEPT_TOO_LONG
    )


def _database_failed(error: SQLAlchemyError) -> ResponseReturnValue:
    if not is_away(error):
        return _crashed(error)
    told = {"request_id": g.get("request_id"), "kind": type(error).__name__}
    told["state"] = getattr(getattr(error, "orig", None), "sqlstate", None)
    log.error("database away", extra={"values": told})
    return refused(Unavailable())


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error, SecurityError):
        return gettext(HTTP_WORDS[400]), 400
    if error.code == NotFound.status:
        return refused(NotFound())
    if error.response is not None or error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    plain = PalaceError()
    plain.status, plain.code = error.code, f"http_{error.code}"
    plain.message = HTTP_WORDS.get(error.code, HTTP_WORDS[400])
    return refused(plain)


def _crashed(error: Exception) -> ResponseReturnValue:
    log.error("crash", exc_info=error, extra={"values": {"request_id": g.get("request_id")}})
    plain = PalaceError()
    plain.status, plain.code, plain.message = 500, "crash", HTTP_WORDS[500]
    try:
        return refused(plain)
    except Exception:
        return gettext(HTTP_WORDS[500]), 500
