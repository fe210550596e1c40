"""What the stand-in refuses, in the provider's shape."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """A request that is not done; its body is what the library makes its own error of."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        param: str = "",
        status: int = 400,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.status = status
        said = {"type": kind, "message": message, "code": code, "param": param}
        self.body: dict[str, Any] = {"error": {key: value for key, value in said.items() if value}}
