"""What a person may set when installing the Helm chart: names, types, defaults and what each is.

docs/chart.py writes values.yaml, values.schema.json and the chart's README from it. Keys of the program itself are below
`config` and come from agent.settings.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from agent.model.record import Record

Object = dict[str, Any]
Labels = dict[str, str]
Name = Annotated[str, Field(pattern=r"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$", max_length=253)]
Namespace = Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", max_length=63)]
"""Never empty: what is in no namespace by mistake would land in the release's own."""

Port = Annotated[int, Field(ge=1, le=65535)]
URL = r"https?://[^\s@/?#]+(/[^\s?#]*)?"
"""Without a user and a password, and without a query: what is secret in one would stand in a ConfigMap."""

Duration = Annotated[str, Field(pattern=r"^([0-9]+(ms|s|m|h|d))+$")]


class Image(Record):
    """What is run."""

    repository: str = Field(
        default="steadyhand",
        min_length=1,
        description="name without tag; `make image` makes this one, and your registry has it",
    )
    tag: str = Field(default="", description="empty: the chart's appVersion")
    digest: str = Field(
        default="", pattern=r"^(sha256:[a-f0-9]{64})?$", description="pins the image; the tag is then only shown"
    )
    pullPolicy: Literal["Always", "IfNotPresent", "Never"] = Field(default="IfNotPresent", description="when to pull")


class ServiceAccount(Record):
    """Who it is to the API server."""

    create: bool = Field(default=True, description="false: one that exists is used")
    name: str = Field(
        default="", description="empty: the release's full name (with `create: false`: `default`, which gets no rights)"
    )
    annotations: Labels = Field(default={}, description="as cloud identities want them (IRSA, Workload Identity)")
    tokenSeconds: int = Field(default=3600, ge=600, description="the projected token is renewed before it is this old")


class Rbac(Record):
    """Whether the chart makes Roles and bindings."""

    create: bool = Field(default=True, description="false: docs/rights.md says what to give the service account")


class Logs(Record):
    """Reading pods' logs."""

    enabled: bool = Field(default=True, description="whether logs are read at all")
    namespaces: list[Namespace] = Field(default=[], description="only there; empty: wherever is read")


class Read(Record):
    """What it may see."""

    clusterWide: bool = Field(
        default=True,
        description="a ClusterRole for all namespaces, nodes and volumes; false: only Roles, no ClusterRole",
    )
    namespaces: list[Namespace] = Field(
        default=[], description="with `clusterWide: false` the namespaces it may see (empty: the release's own)"
    )
    logs: Logs = Field(default=Logs(), description="reading pods' logs")
    secrets: bool = Field(
        default=False,
        description="the right to Secrets, to see changed and missing ones; only metadata is ever asked for, but RBAC cannot say so",
    )


class Actions(Record):
    """What it may do, after a person approved. Nothing unless namespaces (or nodes) are named."""

    namespaces: list[Namespace] = Field(
        default=[],
        description="namespaces in which playbooks may be carried out: adds exactly their verbs, and the policy for it",
    )
    playbooks: list[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]] = Field(
        default=[], description="only these playbooks, by name; empty: all that come with it"
    )
    nodes: bool = Field(default=False, description="cordon and uncordon nodes; needs `read.clusterWide`")
    extraRules: list[Object] = Field(
        default=[], description="more rules of the Role in these namespaces, for playbooks of your own (docs/rights.md)"
    )


class Events(Record):
    """Kubernetes Events of what was proposed and done, on its target."""

    enabled: bool = Field(default=False, description="adds `create events`, the one write outside of `actions`")


class Slack(Record):
    """Where people are told and asked; `config.slack` has the rest."""

    channel: str = Field(default="", description="name or id of a channel; empty: no Slack")
    mode: Literal["socket", "http"] = Field(
        default="socket", description="`socket` needs nothing that comes in; `http` needs an Ingress to /slack/events"
    )
    existingSecret: Name = Field(default="", description="Secret with the keys below")
    botTokenKey: str = Field(default="bot-token", description="its key with the bot token, xoxb-…")
    appTokenKey: str = Field(default="app-token", description="its key with the app-level token, xapp-… (socket)")
    signingSecretKey: str = Field(default="signing-secret", description="its key with the signing secret (http)")


class Prometheus(Record):
    """Where metrics are: Prometheus, Thanos, Mimir or VictoriaMetrics; `config.prometheus` has the rest."""

    url: str = Field(default="", pattern=rf"^({URL})?$", description="empty: metrics are not looked at")
    existingSecret: Name = Field(default="", description="Secret with whichever of the keys below are named")
    tokenKey: str = Field(default="", description="its key with a bearer token")
    caKey: str = Field(default="", description="its key with the PEM of the authority that signed the server")
    headersKey: str = Field(default="", description="its key with headers as a JSON object")
    tenant: str = Field(default="", description="sent as X-Scope-OrgID (Thanos, Mimir, Cortex); not with `headersKey`")


class Alertmanager(Record):
    """Where silences are asked for; `config.alertmanager` has the rest."""

    url: str = Field(default="", pattern=rf"^({URL})?$", description="empty: silences are not seen")
    existingSecret: Name = Field(default="", description="Secret with whichever of the keys below are named")
    tokenKey: str = Field(default="", description="its key with a bearer token")
    caKey: str = Field(default="", description="its key with the PEM of the authority that signed the server")


class Api(Record):
    """Who may use the HTTP API and the webhook: every caller has a token in a Secret, under its own name."""

    existingSecret: Name = Field(
        default="",
        description="Secret with a key for each of `callers`; empty: one is made at install and kept on upgrade",
    )
    callers: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9][-._A-Za-z0-9]{0,126}$")]] = Field(
        default=["operator", "alertmanager"],
        min_length=1,
        json_schema_extra={"uniqueItems": True},
        description="names, as decisions are recorded for",
    )


class CertManager(Record):
    """A certificate of cert-manager."""

    issuer: str = Field(default="", description="name of an Issuer or ClusterIssuer; empty: none is asked")
    kind: Literal["Issuer", "ClusterIssuer"] = Field(default="Issuer", description="which of the two")


class Tls(Record):
    """Encrypt what comes in. Renewed certificates are taken within a minute or two."""

    existingSecret: Name = Field(default="", description="Secret of type kubernetes.io/tls; empty: plain HTTP")
    certManager: CertManager = Field(default=CertManager(), description="or have cert-manager make it")


class Database(Record):
    """For the PostgreSQL store of a later version."""

    existingSecret: Name = Field(default="", description="not supported yet: refused")


class Persistence(Record):
    """The volume with incidents, approvals, the ledger and the audit."""

    enabled: bool = Field(default=True, description="false: all of it is lost with the pod; for trying out only")
    existingClaim: Name = Field(default="", description="a claim that is there already")
    size: str = Field(default="2Gi", description="what to ask for")
    storageClass: str | None = Field(default=None, description='null: the default class; "": none')
    accessModes: list[str] = Field(default=["ReadWriteOnce"], description="ReadWriteOncePod is stricter still")
    annotations: Labels = Field(default={}, description="on the claim")
    retain: bool = Field(default=True, description="keep the volume after `helm uninstall`")


class Service(Record):
    """The door inside the cluster."""

    type: Literal["ClusterIP", "NodePort", "LoadBalancer"] = Field(default="ClusterIP", description="of the Service")
    port: int = Field(default=8484, ge=1, le=65535, description="of the Service")
    host: Literal["0.0.0.0", "::"] = Field(default="0.0.0.0", description="what the pod listens on; `::` for IPv6")
    annotations: Labels = Field(default={}, description="on the Service")


class Ingress(Record):
    """Only needed for Slack's `http` mode, or to use the API from outside."""

    enabled: bool = Field(default=False, description="make an Ingress")
    className: str = Field(default="", description="empty: the cluster's default")
    annotations: Labels = Field(default={}, description="on the Ingress")
    host: str = Field(default="", description="its host name")
    paths: list[Annotated[str, Field(pattern=r"^/")]] = Field(
        default=["/slack/events"], description="only these get through; [/] for all"
    )
    tlsSecret: str = Field(default="", description="Secret with the certificate for the host")


class NetworkPolicy(Record):
    """Denies everything that is not named here or follows from other values."""

    enabled: bool = Field(default=True, description="has an effect only where the network plugin enforces it")
    ingressFrom: list[Object] = Field(
        default=[{"namespaceSelector": {}}],
        description="who may come in (Alertmanager, Prometheus, people's pods); empty: nobody",
    )
    apiServerCidrs: list[str] = Field(default=[], description="where the API server is; empty: anywhere, on its ports")
    apiServerPorts: list[Port] = Field(default=[443, 6443], min_length=1, description="ports of the API server")
    prometheusPorts: list[Port] = Field(
        default=[], description="ports of Prometheus' and Alertmanager's pods; empty: those in their URLs"
    )
    extraEgress: list[Object] = Field(default=[], description="more rules, e.g. to flag services or a proxy")


class ServiceMonitor(Record):
    """For the Prometheus operator to scrape us."""

    enabled: bool = Field(default=False, description="make one; fails where its kind is not installed")
    labels: Labels = Field(default={}, description="as its Prometheus selects by, e.g. release: kube-prometheus-stack")
    interval: Duration = Field(default="30s", description="how often")


class PrometheusRule(Record):
    """Alerts about Steadyhand itself."""

    enabled: bool = Field(default=False, description="make one; fails where its kind is not installed")
    labels: Labels = Field(default={}, description="as its Prometheus selects by")
    severity: str = Field(default="warning", description="the label of all but the page (SteadyhandDown)")
    pageSeverity: str = Field(default="critical", description="the label of SteadyhandDown")


class Dashboard(Record):
    """A dashboard for Grafana's sidecar."""

    enabled: bool = Field(default=False, description="make the ConfigMap")
    labels: Labels = Field(default={"grafana_dashboard": "1"}, description="as the sidecar selects by")
    annotations: Labels = Field(default={}, description="e.g. grafana_folder")


class AlertmanagerConfig(Record):
    """Sends alerts here, with the operator's Alertmanager."""

    enabled: bool = Field(default=False, description="make one; fails where its kind is not installed")
    labels: Labels = Field(default={}, description="as its Alertmanager selects by")
    caller: str = Field(default="alertmanager", description="whose token it uses, one of `api.callers`")
    matchers: list[Object] = Field(
        default=[{"name": "severity", "matchType": "=~", "value": "critical|warning|page|ticket"}],
        description="which alerts; the operator adds `namespace=<release's>` unless alertmanagerConfigMatcherStrategy is None",
    )


class Monitoring(Record):
    """Fits kube-prometheus-stack; everything is off unless asked for."""

    serviceMonitor: ServiceMonitor = Field(default=ServiceMonitor(), description="be scraped")
    prometheusRule: PrometheusRule = Field(default=PrometheusRule(), description="alerts about itself")
    dashboard: Dashboard = Field(default=Dashboard(), description="for Grafana")
    alertmanagerConfig: AlertmanagerConfig = Field(default=AlertmanagerConfig(), description="send alerts here")


class Probe(Record):
    """Times of a probe."""

    periodSeconds: int = Field(ge=1, description="how often")
    timeoutSeconds: int = Field(ge=1, description="how long an answer may take")
    failureThreshold: int = Field(ge=1, description="so many failures in a row count")


class Probes(Record):
    """GET /healthz (alive) and /readyz (ready)."""

    startup: Probe = Field(default=Probe(periodSeconds=2, timeoutSeconds=2, failureThreshold=60), description="first")
    liveness: Probe = Field(default=Probe(periodSeconds=20, timeoutSeconds=5, failureThreshold=6), description="then")
    readiness: Probe = Field(default=Probe(periodSeconds=10, timeoutSeconds=5, failureThreshold=3), description="too")


_RESOURCES: Object = {"requests": {"cpu": "50m", "memory": "256Mi"}, "limits": {"memory": "768Mi"}}
_POD: Object = {
    "runAsNonRoot": True,
    "runAsUser": 10001,
    "runAsGroup": 10001,
    "fsGroup": 10001,
    "fsGroupChangePolicy": "OnRootMismatch",
    "seccompProfile": {"type": "RuntimeDefault"},
}
_CONTAINER: Object = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


class Values(Record):
    """All of it."""

    nameOverride: str = Field(default="", max_length=63, description="in place of the chart's name")
    fullnameOverride: str = Field(default="", max_length=63, description="in place of RELEASE-steadyhand")
    commonLabels: Labels = Field(default={}, description="on every object")
    commonAnnotations: Labels = Field(default={}, description="on every object")
    image: Image = Field(default=Image(), description="what is run")
    imagePullSecrets: list[Object] = Field(default=[], description="as [{name: …}]")
    read: Read = Field(default=Read(), description="what it may see")
    actions: Actions = Field(default=Actions(), description="what it may do after approval; nothing by default")
    events: Events = Field(default=Events(), description="Events of what was proposed and done")
    rbac: Rbac = Field(default=Rbac(), description="Roles and bindings")
    serviceAccount: ServiceAccount = Field(default=ServiceAccount(), description="who it is")
    prometheus: Prometheus = Field(default=Prometheus(), description="where metrics are")
    alertmanager: Alertmanager = Field(default=Alertmanager(), description="where silences are")
    slack: Slack = Field(default=Slack(), description="where people are told and asked")
    api: Api = Field(default=Api(), description="tokens of those who may come in")
    tls: Tls = Field(default=Tls(), description="encrypt what comes in")
    config: Object = Field(
        default={}, description="any further key of docs/configuration.md, checked against its schema"
    )
    database: Database = Field(default=Database(), description="for a later version")
    persistence: Persistence = Field(default=Persistence(), description="the volume")
    service: Service = Field(default=Service(), description="the Service")
    ingress: Ingress = Field(default=Ingress(), description="from outside the cluster")
    networkPolicy: NetworkPolicy = Field(default=NetworkPolicy(), description="default deny")
    monitoring: Monitoring = Field(default=Monitoring(), description="for the Prometheus operator and Grafana")
    resources: Object = Field(
        default=_RESOURCES,
        description="the daemon takes 180 MB and 0.01 core in its rest (docs/image.md); an incident comes on top",
    )
    podSecurityContext: Object = Field(default=_POD, description="fits Pod Security `restricted`")
    securityContext: Object = Field(default=_CONTAINER, description="fits Pod Security `restricted`")
    probes: Probes = Field(default=Probes(), description="of the container")
    terminationGracePeriodSeconds: int = Field(
        default=90, ge=30, description="more than a drain takes: steps under way are ended, nothing new is begun"
    )
    extraEnv: list[Object] = Field(default=[], description="more variables of the container")
    extraEnvFrom: list[Object] = Field(default=[], description="more variables from Secrets and ConfigMaps")
    extraVolumes: list[Object] = Field(default=[], description="more volumes of the pod, e.g. calendars, own playbooks")
    extraVolumeMounts: list[Object] = Field(default=[], description="where they are mounted")
    podLabels: Labels = Field(default={}, description="on the pod")
    podAnnotations: Labels = Field(default={}, description="on the pod")
    nodeSelector: Labels = Field(default={}, description="of the pod")
    tolerations: list[Object] = Field(default=[], description="of the pod")
    affinity: Object = Field(default={}, description="of the pod")
    topologySpreadConstraints: list[Object] = Field(default=[], description="of the pod")
    priorityClassName: str = Field(default="", description="of the pod")
