"""An answer that is not the one hoped for: a status and a sentence that may be shown to anybody."""

from starlette.responses import JSONResponse


class Problem(Exception):
    """Ends a request with {"error": text}; `headers` go with it."""

    def __init__(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.headers = headers

    def response(self) -> JSONResponse:
        """As it goes over the wire."""
        return JSONResponse({"error": self.text}, status_code=self.status, headers=self.headers)
