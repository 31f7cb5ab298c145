"""Errors, named by what happens next.

SteadyhandError
├── Temporary     try again: nothing is known to have changed
├── Refused       do not try again: the other side, or a rule of ours, said no; nothing changed
│   ├── Held      it would have been done, but this is a dry run; nothing changed
│   ├── NotAllowed  whoever asked may not; the text says who may
│   └── Overtaken   another worker has the incident; what this one knows is out of date
├── Uncertain     a call that changes the world may or may not have arrived: observe before anything else
└── Unusable      cannot start: configuration, playbook or store; the text says where and what to do

An adapter translates once, at the door, with `raise … from`. Questions do not raise: they come back
as a `Gap` (agent.model.question).
"""


class SteadyhandError(Exception):
    """Parent of all of them; its text is meant for people."""


class Temporary(SteadyhandError):
    """Trying again later may help; nothing changed."""


class Refused(SteadyhandError):
    """A no that will stay a no; nothing changed."""


class Held(Refused):
    """A dry run: the text says what would have been done."""


class NotAllowed(Refused):
    """This person may not; the text says who may."""


class Overtaken(Refused):
    """Another worker has taken over the incident."""


class Uncertain(SteadyhandError):
    """The effect may have happened; look at the target before repeating."""


class Unusable(SteadyhandError):
    """The process cannot work like this; says what, where and what to do."""
