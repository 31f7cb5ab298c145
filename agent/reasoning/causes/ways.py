"""The way in leads nowhere, while the service itself is well.

Mechanism: an Ingress or HTTPRoute names a Service, and a port of it, by name; the API server accepts any name. A
controller answers 503 or 500 for a backend that is not there, 404 for a path that nobody has, and a route that no
Gateway takes is as good as none. A name that is not there is about the Service it nearly names.
"""

from agent.reasoning.probes.way_in import PROBE as WAY
from agent.reasoning.stated import WORDS, stated

CAUSES = [
    stated(
        "backend-service-missing",
        "a route names a Service that is not there",
        "correct the backend of the route to {service}, or create the Service",
        (WAY, "no such service"),
    ),
    stated(
        "backend-port-missing",
        "a route names a port the Service does not have",
        "correct the port in the route to {service}, or give the Service that port",
        (WAY, "no such port"),
    ),
    stated(
        "route-not-attached",
        "no Gateway takes its route",
        "correct the parent, listener or host of the route to {service}, or let the Gateway take its namespace",
        (WAY, "not attached"),
    ),
    stated(
        "path-not-routed",
        "no route has the path callers ask for",
        "add the path of {service} to its route, or correct it",
        (WAY, "no path"),
        settled_by=WORDS,
    ),
]
