"""Whether figures are still what somebody saw when they set out to change them: plain values."""

from __future__ import annotations

from collections.abc import Mapping

Figures = Mapping[str, int | bool]


def seen_as(figures: Figures) -> str:
    """Return figures as a page carries them along: name=value, a space between, yes and no as 1 and 0."""
    return " ".join(f"{name}={int(value)}" for name, value in figures.items())


def moved_since(seen: str, figures: Figures) -> list[str]:
    """Return which figures are not what somebody saw; what cannot be read was never seen like this."""
    known = dict(part.partition("=")[::2] for part in seen.split())
    return [name for name, value in figures.items() if known.get(name) != str(int(value))]


def changed_by(wanted: Figures, figures: Figures) -> dict[str, int | bool]:
    """Return what is wanted otherwise than it is."""
    return {name: value for name, value in wanted.items() if value != figures[name]}
