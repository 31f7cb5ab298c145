"""Who is spoken of: an object in the cluster, and a service as its SLO and its alerts name it."""

from agent.model.record import Record


class Entity(Record):
    """One Kubernetes object, or something outside the cluster (kind "External")."""

    kind: str
    namespace: str = ""
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


WHOLE = "*"
"""The name that stands for every service of a namespace."""


class ServiceRef(Record):
    """A service as people call it: the unit an SLO is promised for. NAMESPACE/* is all of a namespace."""

    namespace: str
    name: str

    @property
    def whole(self) -> bool:
        """A whole namespace is meant: nobody could say which service it is."""
        return self.name == WHOLE

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> "ServiceRef":
        """Read NAMESPACE/NAME; ValueError says what is expected instead."""
        namespace, slash, name = text.partition("/")
        if not (namespace and slash and name) or "/" in name:
            raise ValueError(f"a service is written NAMESPACE/NAME, for example shop/checkout; got {text!r}")
        return cls(namespace=namespace, name=name)
