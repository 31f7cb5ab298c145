"""Images that cannot be pulled, for whichever workload of the namespace: what the kubelet reports, and what the pod asks for."""

from agent.model.finding import Finding, FindingKind
from agent.model.inventory import Estate, Running
from agent.model.question import InventoryQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.owners import entity_of

REASONS = {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"}


def detect(facts: Facts) -> list[Finding]:
    """One finding a cause that could be behind it: reference, pull secret, registry."""
    estate = facts.estate
    if estate is None:
        return []
    cited = facts.evidence_of(InventoryQuestion)
    return [
        finding
        for running in estate.pods
        for container in running.pod.containers
        if container.reason in REASONS
        for finding in _causes(estate, running, container.name, container.reason, cited)
    ]


def _causes(estate: Estate, running: Running, name: str, reason: str, cited: list[str]) -> list[Finding]:
    image = next((c.image for c in running.template.containers if c.name == name), "")
    missing = missing_pull_with(estate, running)
    weights = {
        "image-not-found": (0.5, f"{reason} for {image}"),
        "registry-denied": (
            0.6 if missing else 0.35,
            f"{reason} for {image}, pull secrets {running.template.pull_with or 'none'}"
            + (f", of which {', '.join(missing)} do not exist" if missing else ""),
        ),
        "registry-unresolved": (0.25, f"{reason} for {image}"),
        "registry-unreachable": (0.10, f"{reason} for {image}"),
    }
    return [
        Finding(
            kind=FindingKind.IMAGE_PULL,
            entity=entity_of(estate, running.owner or running.pod.name),
            statement=f"{running.pod.name}/{name}: {told}",
            normal="images are pulled or already there",
            evidence=cited,
            cause=cause,
            trust=trust,
        )
        for cause, (trust, told) in weights.items()
    ]


def missing_pull_with(estate: Estate, running: Running) -> list[str]:
    """Pull secrets the pod names and the namespace does not hold; none where Secrets are out of sight."""
    if not estate.knows("Secret"):
        return []
    held = {holder.entity.name for holder in estate.holders if holder.entity.kind == "Secret"}
    return [name for name in running.template.pull_with if name not in held]
