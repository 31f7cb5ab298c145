"""Masks secrets in any text that came from outside, before it is stored, logged or shown.

Called at the doors (adapters, evidence, logging); errs on the side of masking too much.
"""

import re

MASK = "[redacted]"

PASSES = 4
"""A mask may make a secret of what stands beside it; text without secrets takes one pass."""

_SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)?$|passw|secret|token|api[-_.]?key|access[-_.]?key|private[-_.]?key|credential|auth(orization)?$"
    r"|cookie|session[-_.]?id|signing[-_.]?key|encryption[-_.]?key|dsn$|connection[-_.]?string",
    re.IGNORECASE,
)
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_SHAPES = [
    re.compile(r"\beyJ[A-Za-z0-9_-]{8,1024}+\.[A-Za-z0-9_-]{4,}+\.[A-Za-z0-9_-]*+"),  # JWT
    re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),  # AWS key id
    re.compile(
        r"\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|xapp-|sk-|sk_live_|rk_live_|AIza|hvs\.|npm_|dckr_pat_)[\w-]{10,}"
    ),
]
_USERINFO = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)")
_SCHEME = re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{6,}", re.IGNORECASE)
# possessive and anchored at the start of a word, so that no text takes more than linear time; quotes may be
# escaped (JSON within a log line) or never closed (a line that was cut); a mask stays what it is
_ASSIGNED = re.compile(
    r"""(?P<name>["']?(?<![\w.-])(?=[\w.-]*?(?:passw(?:or)?d|passwd|passphrase|secret|token|api[-_.]?key|access[-_.]?key"""
    r"""|private[-_.]?key|credentials?|authorization|cookie|session[-_.]?id|signing[-_.]?key|encryption[-_.]?key))"""
    r"""[\w.-]++(?:\\*+["'])?\s*+(?:=>|=|:)\s*+)"""
    r"""(?P<value>\[redacted\]|\\++"[^"]*+(?:"|\Z)|"(?:[^"\\]|\\.)*+(?:"|\Z)|'(?:[^'\\]|\\.)*+(?:'|\Z)|(?:\[redacted\]|[^\s,;&"'}\]])++)""",
    re.IGNORECASE | re.DOTALL,
)


def secret_name(name: str) -> bool:
    """Whether a variable, header or key of this name is likely to hold a secret."""
    return bool(_SECRET_NAME.search(name))


def redact(text: str) -> str:
    """The text with everything that looks like a secret replaced by a mask; other text is left as it is.

    What was masked once is not changed by a second pass: recordings rely on it.
    """
    for _ in range(PASSES):
        before, text = text, _pass(text)
        if text == before:
            break
    return text


def _pass(text: str) -> str:
    text = _PRIVATE_KEY.sub(MASK, text)
    text = _USERINFO.sub(MASK, text)
    text = _SCHEME.sub(lambda found: f"{found[1]} {MASK}", text)
    for shape in _SHAPES:
        text = shape.sub(MASK, text)
    return _ASSIGNED.sub(lambda found: found["name"] + MASK, text)
