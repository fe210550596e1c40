"""Money is whole fen (1 yuan = 100 fen); nothing else exists."""

from typing import NewType

Fen = NewType("Fen", int)
FREE = Fen(0)
FEN_PER_YUAN = 100
