"""A palace with the taxi trade's unions, and a poster of one."""

from __future__ import annotations

import pytest

from palace.joining import services
from palace.joining.models import Poster
from palace.members.models import Unit
from palace.members.units import UnitKind
from tests.factory import Factory


@pytest.fixture(autouse=True)
def house(make: Factory) -> None:
    make.site()


@pytest.fixture
def trade(make: Factory) -> Unit:
    """Return the taxi trade's union with four firms below."""
    return make.unit("出租汽车行业工会联合会", UnitKind.TRADE)


@pytest.fixture
def firms(make: Factory, trade: Unit) -> list[Unit]:
    return [
        make.unit(f"{name}出租汽车公司工会", parent=trade)
        for name in ("第一", "汾河", "龙城", "晋阳")
    ]


@pytest.fixture
def poster(firms: list[Unit]) -> Poster:
    return services.make_poster(firms[1], "北站出车口", "staff:1")
