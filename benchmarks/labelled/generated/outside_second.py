"""A second set of incidents that nobody's commit brought about."""

from benchmarks.labelled.generated.culprits import FIVE_XX, SLOW
from benchmarks.labelled.generated.kinds import Course, Plot

SECOND = [
    Plot("campaign", "scale", [],
         [["acquire timeout: all {n} connections are busy", "HTTP 503: no capacity"], ["queue wait exceeded 10 s, rejecting", "request dropped: backlog full"]],
         [Course("http_requests_per_second", 300, 2700), SLOW, Course("db_connections_in_use", 30, 100)]),
    Plot("object store slow", "failover", [],
         [["PUT https://{host}/bucket/{id}: 503 SlowDown", "PUT https://{host}/bucket/{id}: read timeout"]],
         [Course("storage_errors_ratio", 0.002, 0.5)], everywhere=True),
    Plot("identity provider down", "escalate-upstream", [],
         [["GET https://{host}/.well-known/jwks.json failed: 502 Bad Gateway", "cannot refresh signing keys from {host}: 503"]],
         [Course("login_failures_ratio", 0.01, 0.97)], everywhere=True),
    Plot("intermediate certificate", "rotate-cert", [],
         [["unable to verify: intermediate certificate has expired on {past}", "tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time {past} is after {past}"]],
         [Course("outbound_errors_ratio", 0.001, 0.95)]),
    Plot("partner sends nonsense", "purge-bad-data", [],
         [["row {n} of import batch_id=20260302: price '-' is not a number", "import batch_id=20260302 failed, will retry"],
          ["cannot deserialize value of type LocalDate from 31.02.2026, doc_id=7781-aa", "indexing of doc_id=7781-aa failed; requeued"]],
         [Course("import_failures_per_min", 0, 12)]),
    Plot("node out of memory of a neighbour", "failover", [],
         [["lost connection to {peer}: connection reset by peer", "node ip-10-0-3-{n} NotReady"]],
         [FIVE_XX], elsewhere=["node-problem-detector|KernelOops on ip-10-0-3-77: machine check events logged"]),
    Plot("packet loss", "failover", [],
         [["i/o timeout dialing {ip}:5432", "no route to host {ip}"]],
         [SLOW, Course("tcp_retransmits_ratio", 0.001, 0.2)], everywhere=True),
    Plot("license", "rotate-cert", [],
         [["license key has expired, switching to read-only mode", "write rejected: license expired"]], [FIVE_XX]),
    Plot("resolver of the node", "escalate-upstream", [],
         [["getaddrinfo ENOTFOUND {host}", "could not resolve host: {peer}.svc.cluster.local"]],
         [Course("outbound_errors_ratio", 0.002, 0.8)], everywhere=True),
    Plot("sms quota", "escalate-upstream", [],
         [["{host}: 403 monthly quota exceeded for account", "message not sent: insufficient credit"]],
         [Course("send_failures_ratio", 0.01, 1.0)]),
]  # fmt: skip
