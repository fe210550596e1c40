"""How the code is built, in figures: `python -m tests.architecture.measure` prints the table."""

from __future__ import annotations

import ast
import io
import math
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

import grimp

ROOT = Path(__file__).resolve().parents[2]
FETCHED = {"node_modules", "var", "__pycache__", "vendor"}
HIDDEN_BUT_OURS = {".ci"}
PRAGMA = re.compile(r"#\s*(type:\s*ignore|noqa|fmt:|pragma:|!)")
BARE_PRAGMA = re.compile(r"#\s*(type:\s*ignore(\[[\w\-, ]+\])?|noqa(:\s*[A-Z0-9, ]+)?)\s*$")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Found:
    """A function or a comment, and where it stands."""

    path: Path
    line: int
    name: str

    def __str__(self) -> str:
        """Return the place as editors read it."""
        return f"{self.path.relative_to(ROOT)}:{self.line} {self.name}"

    @property
    def without_line(self) -> str:
        """Return the place so that it stays true when lines move."""
        return f"{self.path.relative_to(ROOT)} {self.name}"


@dataclass(frozen=True)
class Measured(Found):
    """A function with its figures; the length counts `def` to the last line, docstring included."""

    lines: int
    positional: int
    typed: bool


def expect_none(found: Iterable[object]) -> None:
    """Fail with every place that was found, one on a line."""
    places = [str(place) for place in found]
    assert not places, "\n".join(("", *places))


def committed(*suffixes: str) -> list[Path]:
    """Return the files of the tree that are ours, by suffix: fetched and generated ones left out."""
    return sorted(path for path in _walk(ROOT) if path.suffix in suffixes or not suffixes)


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if not path.is_dir():
            yield path
        elif path.name not in FETCHED and (
            not path.name.startswith(".") or path.name in HIDDEN_BUT_OURS
        ):
            yield from _walk(path)


def python_files(*tops: str) -> list[Path]:
    """Return the Python files below some top folders (default: all but the migrations' versions)."""
    files = [path for path in committed(".py") if path.parts[-2] != "versions"]
    return [path for path in files if not tops or path.relative_to(ROOT).parts[0] in tops]


@cache
def parsed(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def functions(paths: Sequence[Path]) -> list[Measured]:
    """Return every function of some files, inner ones also by themselves."""
    return [
        Measured(path, node.lineno, node.name, _length(node), _positional(node), _is_typed(node))
        for path in paths
        for node in ast.walk(parsed(path))
        if isinstance(node, Function)
    ]


def _length(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _positional(node: Function) -> int:
    """Count the arguments that may be given by position, without self or cls."""
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def _is_typed(node: Function) -> bool:
    given = node.args
    rest = filter(None, (given.vararg, given.kwarg))
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, *rest]
    if arguments and arguments[0].arg in {"self", "cls"}:
        arguments = arguments[1:]
    return node.returns is not None and all(argument.annotation for argument in arguments)


def lazy_imports(paths: Sequence[Path]) -> list[Found]:
    """Return the imports that stand inside functions."""
    return [
        Found(path, inner.lineno, node.name)
        for path in paths
        for node in ast.walk(parsed(path))
        if isinstance(node, Function)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]


def comments(paths: Sequence[Path]) -> list[Found]:
    """Return the comments of some files, pragmas for tools included."""
    found = []
    for path in paths:
        source = io.StringIO(path.read_text(encoding="utf-8"))
        for token in tokenize.generate_tokens(source.readline):
            if token.type == tokenize.COMMENT:
                found.append(Found(path, token.start[0], token.string))
    return found


def prose_comments(paths: Sequence[Path]) -> list[Found]:
    """Return the comments that are for people."""
    return [comment for comment in comments(paths) if not PRAGMA.match(comment.name)]


def bare_pragmas(paths: Sequence[Path]) -> list[Found]:
    """Return what silences a tool without a reason behind it."""
    return [comment for comment in comments(paths) if BARE_PRAGMA.search(comment.name)]


def line_count(path: Path) -> int:
    """Return how many lines a file has."""
    return len(path.read_text(encoding="utf-8").splitlines())


def over(paths: Sequence[Path], limit: int) -> list[str]:
    """Return the files longer than `limit`, with their lines."""
    counted = [(path, line_count(path)) for path in paths]
    return [f"{path.relative_to(ROOT)} {lines}" for path, lines in counted if lines > limit]


def percentile(figures: Sequence[int], share: float) -> int:
    """Return the smallest figure that at least `share` of all do not exceed."""
    return sorted(figures)[math.ceil(len(figures) * share) - 1] if figures else 0


@cache
def import_graph() -> grimp.ImportGraph:
    """Return who imports whom in palace at run time."""
    return grimp.build_graph("palace", exclude_type_checking_imports=True, cache_dir=None)


def modules_in_cycles() -> list[str]:
    """Return the modules that import themselves by some way round."""
    graph = import_graph()
    return sorted(
        module
        for module in graph.modules
        if any(
            module in graph.find_upstream_modules(imported)
            for imported in graph.find_modules_directly_imported_by(module)
        )
    )


def row(title: str, paths: Sequence[Path], limit: int) -> str:
    """Return one line of the table."""
    measured = functions(paths)
    lengths = [function.lines for function in measured] or [0]
    sizes = [line_count(path) for path in paths] or [0]
    typed = sum(function.typed for function in measured) / max(len(measured), 1)
    cells = (
        title,
        f"{len(paths)}",
        f"{sum(sizes)}",
        f"{median(sizes):.0f}/{percentile(sizes, 0.9)}/{max(sizes)}",
        f"{len(over(paths, limit))}",
        f"{len(measured)}",
        f"{median(lengths):.0f}/{percentile(lengths, 0.9)}/{max(lengths)}",
        f"{typed:.0%}",
        f"{len(lazy_imports(paths))}",
        f"{100 * len(prose_comments(paths)) / max(sum(sizes), 1):.1f}",
    )
    return f"| {' | '.join(cells)} |"


def main() -> str:
    """Return the table of budget figures as Markdown."""
    cycles, modules = modules_in_cycles(), import_graph().modules
    return "\n".join(
        (
            "| code | files | lines | file med/p90/max | files over | functions | function med/p90/max"
            " | typed | lazy imports | comments per 100 lines |",
            "|---" * 10 + "|",
            row("palace, wsgi.py, setup", python_files("palace", "wsgi.py", "setup"), 300),
            row("bench", python_files("bench"), 300),
            row("tests", python_files("tests"), 400),
            "",
            f"modules in import cycles: {len(cycles)} of {len(modules)} {' '.join(cycles)}".rstrip(),
        )
    )


if __name__ == "__main__":
    print(main())  # noqa: T201 - a command for people
