"""The organiser of a union looks at who applied, on the phone between two shifts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
ORGANISER = "19900000009"


def test_one_is_confirmed_and_one_sent_back(person: Callable[..., Person]) -> None:
    organiser = person()
    organiser.sign_in(ORGANISER)
    organiser.go("/mine")
    organiser.taps = 0
    organiser.tap(re.compile("单位工会经办人"), role="link")
    organiser.look("organiser")
    assert "等您核对" in organiser.say()
    newcomer = organiser.page.get_by_role("region", name=re.compile("手机尾号")).first
    name = newcomer.get_by_role("heading").inner_text()
    organiser.tap("是我们单位的")
    organiser.look("organiser-confirmed")
    assert name not in organiser.page.get_by_role("main").get_by_role("heading").all_inner_texts()
    assert organiser.taps == 2
    organiser.go("/display?size=large&lang=en&next=/unit")
    organiser.look("organiser-large-en")
    assert "Your unit" in organiser.say()
