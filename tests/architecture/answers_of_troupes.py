"""Which address of troupes answers with which shape."""

from __future__ import annotations

JSON: dict[str, dict[str, str]] = {
    "troupes.home": {"GET": "MyTroupes"},
    "troupes.leave": {"POST": "MyTroupes"},
    "troupes.troupe": {"GET": "MyTroupe"},
    "troupes.letter": {"GET": "LetterToSign"},
    "troupes.sign": {"POST": "LetterToSign"},
    "troupes.roster": {"GET": "TroupeRoster"},
    "troupes.put_on": {"POST": "TroupeRoster"},
    "troupes.paste": {"POST": "TroupeRoster"},
    "troupes.take_off": {"POST": "TroupeRoster"},
    "troupedesk.troupes": {"GET": "Listed"},
    "troupedesk.new": {"GET": "Nothing"},
    "troupedesk.found": {"POST": "Troupe"},
    "troupedesk.troupe": {"GET": "TroupeAtDesk"},
    "troupedesk.change": {"POST": "TroupeAtDesk"},
    "troupedesk.decide": {"POST": "TroupeAtDesk"},
    "troupedesk.name_leader": {"POST": "TroupeAtDesk"},
    "troupedesk.end_leading": {"POST": "TroupeAtDesk"},
    "troupedesk.ask_end": {"GET": "TroupeEnding"},
    "troupedesk.end": {"POST": "TroupeEnding"},
    "troupedesk.seasons": {"GET": "TroupeSeasons"},
    "troupedesk.add_season": {"POST": "TroupeSeasons"},
    "troupedesk.season": {"GET": "SeasonLetters"},
    "troupedesk.publish": {"POST": "SeasonLetters"},
}
CREATES = {"troupedesk.found", "troupedesk.add_season", "troupedesk.publish"}
