"""Codes of things are made of their names."""

from __future__ import annotations

from palace.text import slug


def test_codes_are_made_of_english_names_and_unlike() -> None:
    assert slug("Model worker!", [], "tier") == "model-worker"
    assert slug("Model worker", ["model-worker"], "tier") == "model-worker-2"
    assert slug("劳模", ["tier", "tier-2"], "tier") == "tier-3"
    assert len(slug("x" * 99, ["x" * 16], "tier")) <= 20
