"""Who may do what in a namespace: RoleBindings with the rules of the Roles they name. Called by estate.py.

Of ClusterRoles the rules are not read, that would be a right over the whole cluster: what they allow is not known.
"""

from agent.model.inventory import Grant, Rule
from integrations.kubernetes.declared import entity
from integrations.kubernetes.fields import Json, items, name_of, section, strings, text


def grant(found: Json, roles: list[Json] | None) -> Grant:
    """A RoleBinding; `roles` is None where they could not be read. One to a Role that is not there grants nothing."""
    here, reference = entity("RoleBinding", found), section(found, "roleRef")
    kind, name = text(reference, "kind"), text(reference, "name")
    known = kind == "Role" and roles is not None
    role = next((each for each in roles or [] if name_of(each) == name), {})
    return Grant(
        entity=here,
        subjects=[_subject(each, here.namespace) for each in items(found, "subjects")],
        role=f"{kind} {name}",
        rules=[_rule(each) for each in items(role, "rules")] if known else None,
    )


def _subject(found: Json, namespace: str) -> str:
    """As the API server names whoever asks."""
    if text(found, "kind") != "ServiceAccount":
        return text(found, "name")
    return f"system:serviceaccount:{text(found, 'namespace') or namespace}:{text(found, 'name')}"


def _rule(found: Json) -> Rule:
    return Rule(
        verbs=strings(found, "verbs"),
        groups=strings(found, "apiGroups"),
        resources=strings(found, "resources"),
        names=strings(found, "resourceNames"),
    )
