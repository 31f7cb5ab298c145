"""Do the ways into a namespace lead to Services that are there, at ports they have? By specs alone.

Called by the detector and the probe of ways in. Only what the API server defines: Ingress and HTTPRoute.
"""

from agent.model.entity import Entity
from agent.model.inventory import Backend, Estate, Inventory, Route
from agent.model.question import InventoryQuestion
from agent.model.way import Gateway, Listener, Parent, Way
from agent.reasoning.facts import Facts
from agent.reasoning.reach import alike

KINDS = ("Ingress", "HTTPRoute")
NEARLY = 0.75
"""How alike a name that is not there and one that is must be to mean it."""
