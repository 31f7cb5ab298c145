"""The default blueprint: which services the simulated shop has, who calls whom, and how it is deployed.

Read by `World` at construction. Plans are listed callers first: a service comes after everyone who calls it.
"""

from agent.model.record import Record

PORT = 8080
REGISTRY = "registry.example/shop"


class Route(Record):
    """One HTTP route: its share of the service's requests, and how often a request of it calls other services."""

    name: str
    share: float
    calls: dict[str, float] = {}


class ServicePlan(Record):
    """One service: a Deployment, a Service and a ConfigMap of the same family of names."""

    name: str
    versions: list[str]  # of the revisions that exist at the start, oldest first
    replicas: int
    routes: list[Route]
    env: dict[str, str] = {}
    memory_limit: int = 512 * 2**20
    error_ratio: float = 0.0003  # of requests that fail for no reason worth a page
    json_logs: bool = True
    config: dict[str, str] = {}  # of the ConfigMap <name>-config

    @property
    def callees(self) -> list[str]:
        """The services it calls, in order of first mention."""
        return list(dict.fromkeys(callee for route in self.routes for callee in route.calls))

    def image(self, version: str) -> str:
        """The image of one version."""
        return f"{REGISTRY}/{self.name}:{version}"


def _url(service: str) -> str:
    return f"http://{service}:{PORT}"


FRONTEND = ServicePlan(
    name="frontend",
    versions=["3.1.0", "3.1.1", "3.2.0"],
    replicas=4,
    routes=[
        Route(name="/", share=0.4, calls={"catalog": 1.0}),
        Route(name="/product/{id}", share=0.3, calls={"catalog": 1.0}),
        Route(name="/checkout", share=0.3, calls={"checkout": 1.0}),
    ],
    env={"CHECKOUT_URL": _url("checkout"), "CATALOG_URL": _url("catalog"), "LOG_LEVEL": "info"},
    config={"theme": "winter", "catalog-page-size": "40", "checkout-deadline-ms": "2500"},
)

CHECKOUT = ServicePlan(
    name="checkout",
    versions=["1.4.0", "1.4.1", "1.4.2"],
    replicas=4,
    routes=[
        Route(name="/cart", share=0.25),
        Route(name="/checkout", share=0.75, calls={"payments": 1.0}),
    ],
    env={"PAYMENTS_URL": _url("payments"), "SESSION_SECRET": "not-a-real-secret-of-the-shop", "LOG_LEVEL": "info"},
    config={"currency": "EUR", "payments-deadline-ms": "1500", "tax-table": "2026-11"},
)

PAYMENTS = ServicePlan(
    name="payments",
    versions=["2.8.3", "2.8.4", "2.9.0"],
    replicas=3,
    routes=[
        Route(name="/charge", share=0.9, calls={"ledger-db": 1.0}),
        Route(name="/methods", share=0.1),
    ],
    env={"LEDGER_URL": _url("ledger-db"), "PROVIDER_API_KEY": "not-a-real-key-of-the-shop"},
    config={"provider": "acquirer-a", "provider-deadline-ms": "900", "retry-limit": "1"},
    json_logs=False,
)

LEDGER = ServicePlan(
    name="ledger-db",
    versions=["9.1.0", "9.1.2", "9.1.3"],
    replicas=3,
    routes=[Route(name="/entries", share=1.0)],
    env={"DATA_DIR": "/var/lib/ledger", "ADMIN_PASSWORD": "not-a-real-password-of-the-shop"},
    config={"fsync": "always", "max-connections": "200"},
    error_ratio=0.00005,
    json_logs=False,
)

CATALOG = ServicePlan(
    name="catalog",
    versions=["5.0.1", "5.0.2", "5.1.0"],
    replicas=3,
    routes=[
        Route(name="/products", share=0.6, calls={"catalog-db": 1.0}),
        Route(name="/products/{id}", share=0.4, calls={"catalog-db": 1.0}),
    ],
    env={"CATALOG_DB_URL": _url("catalog-db"), "CACHE_TTL": "30s"},
    config={"image-host": "img.example", "search-index": "products-7"},
)

CATALOG_DB = ServicePlan(
    name="catalog-db",
    versions=["9.1.0", "9.1.2", "9.1.3"],
    replicas=3,
    routes=[Route(name="/documents", share=1.0)],
    env={"DATA_DIR": "/var/lib/catalog", "ADMIN_PASSWORD": "not-a-real-password-of-the-shop"},
    config={"fsync": "interval", "max-connections": "400"},
    error_ratio=0.00005,
    json_logs=False,
)

SHOP = [FRONTEND, CHECKOUT, PAYMENTS, LEDGER, CATALOG, CATALOG_DB]

REQUESTS_PER_SECOND = 90.0
"""External traffic at the entry service, before season and noise."""

ALIASES = {"storefront": "frontend"}
"""Services whose name is not that of the Deployment they select, as clusters have them too."""
