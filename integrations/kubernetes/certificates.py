"""cert-manager's Certificates: dates and readiness only, nothing of the keys. Called by estate.py."""

from agent.model.inventory import Certificate
from integrations.kubernetes.declared import entity
from integrations.kubernetes.fields import Json, conditions, moment, strings, text


def certificate(found: Json) -> Certificate:
    """One Certificate, as its controller reports it."""
    ready = conditions(found).get("Ready", "")
    return Certificate(
        entity=entity("Certificate", found),
        kept_in=text(found, "spec", "secretName"),
        names=strings(found, "spec", "dnsNames"),
        ends_at=moment(found, "status", "notAfter"),
        ready=not ready.startswith("False"),
        detail="" if ready.startswith("True") else ready,
    )
