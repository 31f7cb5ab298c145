"""Pod templates out of `kubectl describe` (of pods and of what makes pods)."""

import re
from typing import NamedTuple

from agent.model.pod import Container, ContainerPhase, Termination
from agent.model.template import (
    ContainerTemplate,
    Handler,
    HealthCheck,
    PodTemplate,
    Port,
    Reference,
    Toleration,
    Volume,
)
from agent.redact import MASK, redact, secret_name
from benchmarks.labelled.cloud_opsbench.describe import Section, moment, of, value
from benchmarks.labelled.cloud_opsbench.quantity import quantities

TIMING = re.compile(r"(delay|timeout|period|#failure)=(\d+)s?")
KEYED = re.compile(r"<set to the key '([^']+)' (?:in|of) (secret|config map) '([^']+)'")
PORT = re.compile(r"(\d+)/(\w+)")
VOLUMES = {
    "PersistentVolumeClaim": ("persistentVolumeClaim", "ClaimName"),
    "ConfigMap": ("configMap", "Name"),
    "Secret": ("secret", "SecretName"),
    "HostPath": ("hostPath", "Path"),
    "EmptyDir": ("emptyDir", ""),
    "Projected": ("projected", ""),
}


class Part(NamedTuple):
    """One container's section, read once."""

    name: str
    inside: list[Section]
    init: bool


def parts(found: list[Section]) -> list[Part]:
    """The containers of a described pod, or of the section Pod Template."""
    return [
        Part(one.key, one.inside(), key.startswith("Init"))
        for key in ("Init Containers", "Containers")
        for one in of(found, key).inside()
    ]


def template(found: list[Section], containers: list[Part]) -> PodTemplate:
    """Of a described pod, or of the section Pod Template."""
    listed = [_container(one) for one in containers]
    return PodTemplate(
        labels=of(found, "Labels").pairs(),
        annotations=_annotations(of(found, "Annotations")),
        containers=listed,
        volumes=[_volume(one) for one in of(found, "Volumes").inside()],
        node_selector=of(found, "Node-Selectors").pairs(),
        tolerations=[_toleration(text) for text in of(found, "Tolerations").values()],
        service_account=value(found, "Service Account"),
        priority_class=value(found, "Priority Class Name"),
    )


def _annotations(section: Section) -> dict[str, str]:
    pairs = (text.partition(": ") for text in section.values())
    return {key: redact(text) for key, _, text in pairs}


def _container(part: Part) -> ContainerTemplate:
    inside = part.inside
    environment, references = _environment(inside)
    checks = {key: _check(value(inside, key)) for key in ("Liveness", "Readiness", "Startup")}
    return ContainerTemplate(
        name=part.name,
        image=value(inside, "Image"),
        init=part.init,
        command=[text for key in ("Command", "Args") for text in of(inside, key).values()][:40],
        ports=[
            Port(number=int(number), protocol=protocol)
            for key in ("Port", "Ports")
            for number, protocol in PORT.findall(value(inside, key))
        ],
        environment=environment,
        references=references,
        requests=quantities({one.key: one.value for one in of(inside, "Requests").inside()}),
        limits=quantities({one.key: one.value for one in of(inside, "Limits").inside()}),
        liveness=checks["Liveness"],
        readiness=checks["Readiness"],
        startup=checks["Startup"],
    )


def _environment(inside: list[Section]) -> tuple[dict[str, str], list[Reference]]:
    plain: dict[str, str] = {}
    references = []
    for one in of(inside, "Environment").inside():
        keyed = KEYED.match(one.value)
        if keyed:
            kind = "Secret" if keyed[2] == "secret" else "ConfigMap"
            references.append(
                Reference(
                    kind=kind, name=keyed[3], key=keyed[1], variable=one.key, optional="Optional: true" in one.value
                )
            )
        elif not one.value.startswith("(v1:"):
            plain[one.key] = _masked(one.key, one.value)
    for line in of(inside, "Environment Variables from").lines:
        words = line.split()
        if len(words) > 1 and words[1] in ("Secret", "ConfigMap"):
            references.append(Reference(kind=words[1], name=words[0], optional="Optional: true" in line))
    return plain, references


def _masked(name: str, text: str) -> str:
    return MASK if secret_name(name) else redact(text)


def _check(text: str) -> HealthCheck | None:
    kind, _, rest = text.partition(" ")
    timing = {name: int(number) for name, number in TIMING.findall(rest)}
    times = {
        "initial_delay_seconds": timing.get("delay", 0),
        "timeout_seconds": timing.get("timeout", 1),
        "period_seconds": timing.get("period", 10),
        "failure_threshold": timing.get("#failure", 3),
    }
    target = rest.split(" delay=")[0]
    match kind:
        case "tcp-socket":
            return HealthCheck(handler=Handler.TCP, port=target.rpartition(":")[2], **times)
        case "grpc":
            port = re.search(r":(\d+)", target)
            return HealthCheck(handler=Handler.GRPC, port=port[1] if port else "", **times)
        case "exec":
            return HealthCheck(handler=Handler.EXEC, command=target.strip("[]").split(), **times)
        case "http-get":
            url = re.match(r"(\w+)://[^:/]*:?([^/]*)(/\S*)?", target)
            parts = (url[2], url[3] or "", url[1]) if url else ("", "", "")
            return HealthCheck(handler=Handler.HTTP, port=parts[0], path=parts[1], scheme=parts[2], **times)
        case _:
            return None


def _volume(section: Section) -> Volume:
    inside = section.inside()
    kind, key = VOLUMES.get(value(inside, "Type").split(" ")[0], (value(inside, "Type").split(" ")[0], ""))
    return Volume(
        name=section.key,
        kind=kind,
        source=value(inside, key) if key else "",
        optional=value(inside, "Optional") == "true",
    )


def _toleration(text: str) -> Toleration:
    named = text.split(" ", maxsplit=1)[0]
    pair, _, effect = named.partition(":")
    key, _, wanted = pair.partition("=")
    operator = "Exists" if "op=Exists" in text or "=" not in pair else "Equal"
    return Toleration(key=key, operator=operator, value=wanted, effect=effect)


def states(containers: list[Part]) -> list[Container]:
    """The containers of a described pod as they stand."""
    return [_state(one) for one in containers]


def _state(part: Part) -> Container:
    inside = part.inside
    now, last = of(inside, "State"), of(inside, "Last State")
    detail = now.inside()
    phase = {"Running": ContainerPhase.RUNNING, "Terminated": ContainerPhase.TERMINATED}.get(
        now.value, ContainerPhase.WAITING
    )
    return Container(
        name=part.name,
        image=value(inside, "Image"),
        ready=value(inside, "Ready") == "True",
        restarts=int(value(inside, "Restart Count") or 0),
        phase=phase,
        reason=value(detail, "Reason"),
        message=redact(value(detail, "Message")),
        started_at=moment(value(detail, "Started")) if phase is ContainerPhase.RUNNING else None,
        ended=_ended(detail) if phase is ContainerPhase.TERMINATED else None,
        last_ended=_ended(last.inside()) if last.value == "Terminated" else None,
    )


def _ended(detail: list[Section]) -> Termination:
    code = value(detail, "Exit Code")
    return Termination(
        reason=value(detail, "Reason"),
        message=redact(value(detail, "Message")),
        exit_code=int(code) if code.lstrip("-").isdigit() else 0,
        at=moment(value(detail, "Finished")),
    )
