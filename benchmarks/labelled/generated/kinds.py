"""What an incident of the generator is made of; `{words}` are filled in by a seed."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Patch:
    """One commit: which file, which message, which diff."""

    path: str
    message: str
    diff: str


@dataclass(frozen=True)
class Course:
    """A metric of the service where it happens, from `normal` to `bad`.

    At the onset ("step"), from the deployment on ("from deploy") or growing between the two ("ramp").
    """

    name: str
    normal: float
    bad: float
    shape: str = "step"


@dataclass(frozen=True)
class Plot:
    """One mechanism: any of `patches` brought it (none: nobody's commit), any of `errors` shows it."""

    name: str
    remediation: str
    patches: list[Patch]
    errors: list[list[str]]
    courses: list[Course]
    warnings: list[str] = field(default_factory=list)  # logged between the deployment and the onset
    delay: tuple[int, int] = (1, 6)  # minutes from the deployment to the onset
    everywhere: bool = False  # several unrelated services show it at the same moment
    elsewhere: list[str] = field(default_factory=list)  # lines of an infrastructure component: "component|text"
    stack: str = ""
    baits: list[Patch] = field(default_factory=list)  # innocent, on the subject of the errors, near the onset
    flagged: bool = False  # it is a flag that was turned, not a deployment
