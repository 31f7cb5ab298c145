"""Signs that nobody's commit did it: what errors say when names do not resolve, certificates end, providers fail, records are bad.

One table of wordings, by family; the causes of the same names suspect by it and their probes test it.
"""

import re
from collections import Counter
from typing import NamedTuple

from agent.reasoning.facts import Facts
from agent.reasoning.first_failing import origin
from agent.reasoning.once import once
from agent.reasoning.symptoms import Saying, symptoms

WORDINGS = {
    "name-resolution": r"no such host|name or service not known|unknown ?host|enotfound|eai_again|(temporary failure in )?name resolution|could not (resolve|translate) host|servfail|nxdomain|server misbehaving|\blookup\b[^:]*(:53|timeout)|dns (lookup|resolution|query|error|time)|getaddrinfo|resolv\w* (failed|timed? ?out|error)|no (upstream )?nameservers?",
    "certificate-expired": r"certificate[^.]{0,40}(has |is )?expired|certificate verify failed: certificate has expired|notafter|cert_?(has_)?expired|certificate is not yet valid|certpathvalidator|(client |api )?(secret|credential|license|licence|api key|signing key|service principal|intermediate|root ca)s?( keys?)?( \S+){0,3} (has |have |is |are )?expired|\bexpired (client |server |tls |ssl )?(certificate|cert|credential|secret|license|licence|key)\b|x509: certificate has expired|err_cert_date|sec_error_expired",
    "provider-impaired": r"\b50[0234]\b|service ?unavailable|bad gateway|internal ?(server )?error|slow ?down|gateway time-?out|upstream (connect|request) (error|timeout)|degraded|outage|(connection|read|request) (reset|time[d ]?-?out)|temporarily unavailable|deadline exceeded",
    "bad-data": r"(invalid|malformed|corrupt\w*|unexpected|unparse?able|bad|poison\w*) (record|message|payload|event|row|json|data|input|document|value|character|byte|end of)|validation (error|failed)|failed validation|could not (decode|parse|deserialize)|(cannot|failed to) (decode|parse|deserialize|unmarshal)|out of range|deserializ|schema violation|not a (valid )?member of|jsondecodeerror|redeliver|sent back to queue|dead.?letter|requeue|retrying (message|record)",
    "traffic-surge": r"overload|busy|backlog|dropp|wait exceeded|queue wait|no capacity|shed\w*|too many requests|\b429\b|\b503\b|queue (is )?full|in queue|backend busy|all workers|capacity|concurrency limit|timed? ?out|saturat|throttl|rejected|deadline|rate.?limit|exhausted|no available",
    "hardware": r"input/output error|\bi/o error\b|blk_update|ext4-fs|xfs_\w+|\bmce\b|machine check|\becc\b|uncorrectable|nvme\w*|bad sector|smart (error|status)|remounting filesystem|no route to host|network is unreachable|link (is )?down|nodenotready|not ?ready: kubelet|kubelet stopped|node (is )?(lost|down|notready|unreachable)|hardware error|(lost|unreachable).{0,30}(zone|rack|replicas|node)|zone \S+ (is )?(down|unreachable|lost)|availability zone|packet loss|spot (interruption|reclaim)|preempt|host (maintenance|failure)|kernel panic|thermal",
    "quota-exhausted": r"quota[^.]{0,30}(exceeded|exhausted|reached)|exceeded[^.]{0,40}quota|limitexceeded|limit exceeded(exception)? for (account|project|subscription)|account[^.]{0,30}limit|resource_exhausted: quota|billing|subscription[^.]{0,30}(limit|suspended|expired|disabled)|per day|monthly|insufficient (quota|funds|credit|balance)|plan limit|vcpu limit",
    "clock-skew": r"timestamp[^.]{0,40}(in the future|too old|too far|skew)|clock (skew|is |drift|wrong|not sync)|requesttimetooskewed|system clock|\bntpd?\b|chronyd?|time (is )?(not )?synchroni|not yet valid",
}
"""How programs, libraries, kernels and clouds word it: Go, Java, Python, Node, glibc, OpenSSL, AWS, Google, Azure, Linux."""

_PATTERNS = {family: re.compile(words, re.IGNORECASE) for family, words in WORDINGS.items()}

SHARE = 0.3
"""The part of a failing service's new error messages (or of a component's beside it) that must speak of it."""

_HOST = re.compile(r"(?<![\w@.-])((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]{1,23})(?![\w-])", re.IGNORECASE)
INSIDE = (
    "local",
    "internal",
    "svc",
    "cluster",
    "lan",
    "intra",
    "corp",
    "localhost",
    "localdomain",
    "consul",
    "priv",
    "private",
)
NO_HOSTS = {
    "go", "py", "java", "js", "ts", "rb", "rs", "cpp", "php", "cs", "yaml", "yml", "json", "sql", "html", "css", "md", "log", "txt", "sh", "conf", "so", "exe", "toml", "proto", "ndjson", "wal", "bin", "sock", "pid",
    "error", "exception", "errors", "println", "get", "set", "run", "call", "id", "name", "exc", "lang", "util", "concurrent", "amount", "max", "min", "size", "apply", "init", "load", "read", "write", "query",
}  # fmt: skip
"""Last parts of file names and of code, which look like hosts."""


class Sign(NamedTuple):
    """How much of what fails speaks of one family: the share among the first failing service's messages, and who says it."""

    share: float
    services: list[str]
    examples: list[str]


@once
def sign(facts: Facts, family: str) -> Sign:
    """Read it from the new errors."""
    pattern, seen, spoken = _PATTERNS[family], symptoms(facts), speaking(facts, family)
    by_service = Counter(
        {name: sum(s.count for s in spoken if s.service == name) for name in {s.service for s in spoken}}
    )
    share = max((_share(name, seen.loud, pattern) for name in {origin(facts).first, *_components(facts)}), default=0.0)
    return Sign(
        share, [name for name, _ in by_service.most_common()], [s.text.split("\n")[0][:160] for s in spoken[:3]]
    )


def speaking(facts: Facts, family: str) -> list[Saying]:
    """The new failures that speak of a family."""
    return [saying for saying in symptoms(facts).loud if _PATTERNS[family].search(saying.text)]


def _components(facts: Facts) -> set[str]:
    """Services that fail without anybody having deployed them: resolvers, nodes, brokers."""
    changed = {change.entity.name for change in facts.changes}
    return {saying.service for saying in symptoms(facts).loud} - changed


def _share(service: str, loud: list[Saying], pattern: re.Pattern[str]) -> float:
    own = [saying for saying in loud if saying.service == service]
    total = sum(saying.count for saying in own)
    return sum(saying.count for saying in own if pattern.search(saying.text)) / total if total else 0.0


@once
def outside_hosts(facts: Facts) -> dict[str, set[str]]:
    """Hosts outside the estate that failing messages name, with the services that name them."""
    known = {message.service for message in facts.messages} | {s.service.name for s in facts.signals}
    found: dict[str, set[str]] = {}
    for saying in symptoms(facts).loud:
        for host in hosts(" ".join([saying.text, *saying.fields.values()])):
            if not inside(host, known):
                found.setdefault(host, set()).add(saying.service)
    return found


def hosts(text: str) -> set[str]:
    """Host names in a text, lower case; file names and dotted code do not count."""
    return {
        m[1].lower()
        for m in _HOST.finditer(text)
        if m[1].rpartition(".")[2].lower() not in NO_HOSTS and m[1] == m[1].lower()
    }


def inside(host: str, services: set[str]) -> bool:
    """Whether a host belongs to the estate: by its domain, or because it begins with a service's name."""
    parts = host.split(".")
    return parts[-1] in INSIDE or "svc" in parts or parts[0] in services
