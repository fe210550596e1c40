"""Which address of the catalogue and of places in classes answers with which shape."""

from __future__ import annotations

JSON: dict[str, dict[str, str]] = {
    "courses.home": {"GET": "ClassCatalogue"},
    "courses.offerings": {"GET": "ClassCatalogue"},
    "courses.offering": {"GET": "ClassShown"},
    "courses.ask": {"GET": "ClassWish"},
    "courses.enrol": {"POST": "ClassPlace"},
    "courses.enrolment": {"GET": "ClassPlaceShown"},
    "courses.withdraw": {"POST": "ClassPlace"},
    "courses.move": {"POST": "ClassPlace"},
    "courses.ask_excuse": {"GET": "ClassLeft"},
    "courses.excuse": {"POST": "ClassPlace"},
}
CREATES = {"courses.enrol", "courses.move", "courses.excuse"}
