"""The tables of docs/api.md, made from the code: `python -m tests.architecture.tables` writes them anew."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

from palace import create_app
from palace.config import Settings
from palace.errors import PalaceError
from palace.security import make_keys, use_keys
from palace.web import roles_of
from tests.architecture.measure import ROOT, python_files

API = ROOT / "docs" / "api.md"
NOWHERE = "postgresql+psycopg://nobody@/nothing"


def unconnected_app() -> Flask:
    """Return the application over a database that is never asked."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        keys = state / "keys.json"
        make_keys(keys)
        app = create_app(
            Settings(
                demo=True,
                state=state,
                keys_file=keys,
                database_url=NOWHERE,
                database_owner_url=NOWHERE,
            )
        )
        use_keys(app)
    return app


def first_line(documented: object) -> str:
    """Return the first paragraph of a docstring on one line."""
    if getattr(documented, "__module__", "").startswith("flask."):
        return "One of our files."
    return " ".join((documented.__doc__ or "").split("\n\n")[0].split())


def address_rows(app: Flask) -> list[str]:
    """Return one row per address: how it is asked, who may, what it is for."""
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, methods(rule)))
    return [
        f"| `{methods(rule)} {plain(rule)}` | {', '.join(sorted(roles_of(app, rule.endpoint)))} "
        f"| {first_line(app.view_functions[rule.endpoint])} |"
        for rule in rules
    ]


def plain(rule: Rule) -> str:
    """Return an address without the bounds of its numbers."""
    return re.sub(r"<(int\([^)]*\)|id):", "<int:", rule.rule)


def methods(rule: Rule) -> str:
    """Return the methods of an address that somebody would use."""
    return ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))


def refusals() -> list[type[PalaceError]]:
    """Return every kind of refusal in palace, by status and code."""
    for path in python_files("palace"):
        if path.name == "errors.py":
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    ours = [kind for kind in _kinds_of(PalaceError) if kind.__module__.startswith("palace.")]
    return sorted(ours, key=lambda kind: (kind.status, kind.code))


def _kinds_of(kind: type[PalaceError]) -> Iterator[type[PalaceError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds_of(narrower)


def refusal_rows() -> list[str]:
    """Return one row per refusal: status, stable code, sentence, when it happens."""
    return [
        f"| {kind.status} | `{kind.code}` | {kind.message} | {first_line(kind)} |"
        for kind in refusals()
    ]


def between(name: str) -> re.Pattern[str]:
    """Return what finds a table between its marks."""
    return re.compile(f"(?<=<!-- {name} -->\n).*?(?=<!-- end -->)", re.DOTALL)


def table(heads: str, rows: Iterable[str]) -> str:
    """Return a table as Markdown."""
    return "\n".join((heads, "|---" * (heads.count("|") - 1) + "|", *rows)) + "\n"


def tables(app: Flask) -> dict[str, str]:
    """Return every table of the page by its mark."""
    return {
        "addresses": table("| address | who | what |", address_rows(app)),
        "refusals": table("| status | code | sentence | when |", refusal_rows()),
    }


def write() -> None:
    """Put the tables as they are now into the page."""
    text = API.read_text(encoding="utf-8")
    for name, rows in tables(unconnected_app()).items():
        before, after = between(name).split(text, maxsplit=1)
        text = before + rows + after
    API.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
