"""What applications tell of an API server that refuses them, and what the namespace's RoleBindings say of the same. Pure.

Called by the detector and the probe of API access. The words are those of the API server and of its clients for Go,
Java (Fabric8, the official one) and Python.
"""

import re
from enum import StrEnum

from agent.model.inventory import Declared, Estate, Grant, Rule
from agent.model.message import Message
from agent.model.record import Record
from agent.reasoning.facts import Facts
from agent.reasoning.lastwords import excerpt, saying
from agent.reasoning.owners import workload_named


class Refused(StrEnum):
    """How the API server, or the lack of a token, keeps an application out."""

    FORBIDDEN = "forbidden"  # 403: it is known, and may not
    REJECTED = "rejected"  # 401: its token is not accepted
    TOKENLESS = "unmounted"  # there is no token in the container


_QUOTE = r"\\*\""  # in JSON within JSON quotes are escaped
FORBIDDEN = re.compile(
    rf"is forbidden: User {_QUOTE}(?P<user>system:serviceaccount:[^:\"\\]+:[^\"\\]+){_QUOTE} cannot (?P<verb>\w+) "
    rf"resource {_QUOTE}(?P<resource>[^\"\\]+){_QUOTE} in API group {_QUOTE}(?P<group>[^\"\\]*){_QUOTE}"
    rf"(?: in the namespace {_QUOTE}(?P<where>[^\"\\]+){_QUOTE})?"
)
REJECTED = re.compile(
    r"the server has asked for the client to provide credentials|failed to (?:list|watch|get) \*v\d\S*: Unauthorized"
    r"|KubernetesClientException[^\n]*\bUnauthorized|Unauthorized! Token may have expired|Unauthorized! Configured service account"
    r"|(?:kubernetes|openapi)\S*ApiException\W[^\n]{0,40}(?:\(401\)|Unauthorized)|service account token has expired"
    r"|service account UID \S+ does not match|invalid bearer token",
    re.IGNORECASE,
)
_NO_FILE = r"no such file|ENOENT|FileNotFound|NoSuchFile|does not exist|not found"
_MOUNTED = r"/run/secrets/kubernetes\.io/serviceaccount/(?:token|ca\.crt|namespace)"
TOKENLESS = re.compile(
    rf"{_MOUNTED}\W[^\n]{{0,80}}(?:{_NO_FILE})|(?:{_NO_FILE})[^\n]{{0,80}}{_MOUNTED}|Service token file does not exist",
    re.IGNORECASE,
)
WORDS = {Refused.FORBIDDEN: FORBIDDEN, Refused.REJECTED: REJECTED, Refused.TOKENLESS: TOKENLESS}

ADDED_VOLUME = "kube-api-access-"
"""How the ServiceAccount admission plugin names the volume it adds to pods."""


class Refusal(Record):
    """One service that was refused: the newest line, and of a 403 who may not do what."""

    service: str
    how: Refused
    user: str = ""
    verb: str = ""
    resource: str = ""
    group: str = ""
    where: str = ""  # namespace, "" for the whole cluster
    told: str


def refusals(facts: Facts) -> list[Refusal]:
    """The newest of each service and kind, newest last."""
    found = {(m.service, how): _refusal(m, how) for how, words in WORDS.items() for m in saying(facts, words)}
    return list(found.values())


def _refusal(message: Message, how: Refused) -> Refusal:
    match = FORBIDDEN.search(message.text) if how is Refused.FORBIDDEN else None
    asked = {key: value or "" for key, value in match.groupdict().items()} if match else {}
    return Refusal(service=message.service, how=how, told=excerpt(message, WORDS[how], 240), **asked)


def user_of(estate: Estate, declared: Declared) -> str:
    """As whom its pods ask."""
    return f"system:serviceaccount:{estate.namespace}:{declared.template.service_account or 'default'}"


def refused_workload(estate: Estate, refusal: Refusal) -> str:
    """Whose pods were refused: the speaker, unless it tells of an account that another workload has and it has not."""
    speaker = workload_named(estate, refusal.service)
    if not refusal.user or (speaker and user_of(estate, speaker) == refusal.user):
        return refusal.service
    having = [w.entity.name for w in estate.workloads if user_of(estate, w) == refusal.user]
    return having[0] if len(having) == 1 else refusal.service


def gets_token(estate: Estate, declared: Declared) -> bool:
    """Whether its pods have the account's token: the pod's word goes before the account's, and a volume before both."""
    template = declared.template
    mounted = [r for r in estate.pods if r.owner == declared.entity.name and not r.pod.deleting]
    if any(v.name.startswith(ADDED_VOLUME) or v.kind == "projected" for r in mounted for v in r.template.volumes):
        return True
    if template.automount is not None:
        return template.automount
    return (template.service_account or "default") not in estate.unmounted


def grants_of(estate: Estate, user: str) -> list[Grant]:
    """The bindings that name an account, or a group it is in."""
    namespace = user.split(":")[2]
    names = {user, "system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated"}
    return [grant for grant in estate.grants if names & set(grant.subjects)]


def granted(estate: Estate, refusal: Refusal) -> bool | None:
    """Whether a binding allows what was refused; None where a role's rules are not known, or it is about elsewhere."""
    if not estate.grants or refusal.where != estate.namespace:
        return None
    mine = grants_of(estate, refusal.user)
    if any(_allows(rule, refusal) for grant in mine for rule in grant.rules or []):
        return True
    return None if any(grant.rules is None for grant in mine) else False


def _allows(rule: Rule, refusal: Refusal) -> bool:
    wanted = [(rule.verbs, refusal.verb), (rule.groups, refusal.group), (rule.resources, refusal.resource)]
    return all("*" in offered or asked in offered for offered, asked in wanted) and not rule.names
