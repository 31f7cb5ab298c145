"""Reads what a request brings: a body within its limit, and query parameters that are known."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from integrations.web.problem import Problem

Form = TypeVar("Form", bound=BaseModel)


LINGER = 10
"""A body is read, and thrown away, up to so many times its limit: closing on unread bytes resets the connection before
the sender has seen the refusal."""


async def body(request: Request, limit: int) -> bytes:
    """The whole body. Raises Problem 413 if it is larger than `limit` bytes, of which no more than that is ever kept."""
    too_large = Problem(413, f"the body is larger than {limit} bytes; send less at once", {"Connection": "close"})
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced[:20]) > LINGER * limit:
        raise too_large
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size <= limit:
                chunks.append(chunk)
            elif size > LINGER * limit:
                break
    except ClientDisconnect:
        raise Problem(400, "the body ended early; send it again") from None
    if size > limit:
        raise too_large
    return b"".join(chunks)


def json_form(text: bytes, form: type[Form]) -> Form:
    """The body as that record. Raises Problem 400 that names the field."""
    try:
        return form.model_validate_json(text)
    except ValidationError as error:
        raise Problem(400, _complaint(error, form, "key")) from None


def query(request: Request, form: type[Form]) -> Form:
    """The query parameters as that record. Raises Problem 400 that names the parameter."""
    given: Mapping[str, str] = request.query_params
    twice = [name for name in given if len(request.query_params.getlist(name)) > 1]
    if twice:
        raise Problem(400, f"{_name(twice[0])}: is there twice; give it once")
    try:
        return form.model_validate(dict(given))
    except ValidationError as error:
        raise Problem(400, _complaint(error, form, "parameter")) from None


def _complaint(error: ValidationError, form: type[BaseModel], word: str) -> str:
    detail = error.errors(include_url=False, include_input=False)[0]
    name = _name(str(detail["loc"][0])) if detail["loc"] else ""
    allowed = ", ".join(field.alias or key for key, field in form.model_fields.items())
    if detail["type"] == "extra_forbidden":
        return f"{name}: unknown {word}; allowed here: {allowed or 'none'}"
    if detail["type"] == "missing":
        return f"{name}: is missing; send all of: {allowed}"
    if detail["type"] == "json_invalid":
        return f"the body is not JSON; send an object with: {allowed}"
    if not name:
        return f"the body must be a JSON object with: {allowed}"
    return f"{name}: {detail['msg'].removeprefix('Value error, ')}"


def _name(text: str) -> str:
    """A name from outside, fit to be repeated."""
    return "".join(c if c.isprintable() else "?" for c in text[:60])
