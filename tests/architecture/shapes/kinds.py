"""What shapes are made of: texts, numbers, instants, lists and objects."""

from __future__ import annotations

from typing import Any

Shape = dict[str, Any]

TEXT: Shape = {"type": "string"}
CODE: Shape = {"type": "string", "pattern": "^[a-z2-7]{20}$"}
NUMBER: Shape = {"type": "integer", "minimum": 0}
DAY: Shape = {"type": "string", "format": "date"}
INSTANT: Shape = {"type": "string", "format": "date-time"}
YES_NO: Shape = {"type": "boolean"}
FIGURE: Shape = {"type": ["integer", "boolean"]}
FEN: Shape = {"type": "integer", "minimum": 0, "description": "fen, 1 yuan = 100 fen"}


def one_of(words: Any) -> Shape:
    """Return the shape of a word from a list."""
    return {"type": "string", "enum": sorted(str(word) for word in words)}


def each(shape: Shape) -> Shape:
    """Return the shape of a list."""
    return {"type": "array", "items": shape}


def maybe(shape: Shape) -> Shape:
    """Return the shape of something that may be null."""
    return {"anyOf": [shape, {"type": "null"}]}


def known(name: str) -> Shape:
    """Return a reference to a named shape."""
    return {"$ref": f"#/components/schemas/{name}"}


def exactly(**properties: Shape) -> Shape:
    """Return the shape of an object with these members, all of them and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def at_least(optional: dict[str, Shape], **properties: Shape) -> Shape:
    """Return the shape of an object whose `optional` members may be missing."""
    shape = exactly(**properties)
    return shape | {"properties": properties | optional}
