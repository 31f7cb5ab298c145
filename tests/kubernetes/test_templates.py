import pytest

from agent.model.template import Handler, Neighbourhood, Port, Reference, Requirement, Toleration, Volume
from integrations.kubernetes.templates import template

SECRET = "hunter2-planted"


def pod(**spec) -> dict:
    return {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [], **spec}}


def one(**container):
    """The only container of a template."""
    (found,) = template(pod(containers=[{"name": "app", **container}])).containers
    return found


def test_requests_and_limits_are_numbers():
    found = one(resources={"requests": {"cpu": "100m"}, "limits": {"cpu": "2", "memory": "128Mi", "odd": "x"}})
    assert found.requests == {"cpu": 0.1}
    assert found.limits == {"cpu": 2.0, "memory": 128 * 2**20}


def test_secrets_never_come_out_of_environment_commands_and_probes():
    found = template(
        pod(
            containers=[
                {
                    "name": "app",
                    "env": [
                        {"name": "DB_PASSWORD", "value": SECRET},
                        {"name": "URL", "value": f"http://u:{SECRET}@db"},
                    ],
                    "command": ["run"],
                    "args": ["--password", SECRET, f"--token={SECRET}"],
                    "readinessProbe": {"exec": {"command": ["check", "--password", SECRET]}},
                }
            ]
        )
    )
    assert SECRET not in found.model_dump_json()
    assert found.containers[0].command[:2] == ["run", "--password"]


def test_of_a_secret_variable_only_the_hosts_are_kept():
    found = one(env=[{"name": "DATABASE_DSN", "value": f"postgres://app:{SECRET}@ledger:5432/x"}])
    assert found.environment == {"DATABASE_DSN": "[redacted] ledger"}


def test_a_variable_from_elsewhere_is_a_reference_and_no_plain_value():
    found = one(
        env=[
            {"name": "A", "value": "1"},
            {"name": "B", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "k", "optional": True}}},
            {"name": "C", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
            {"name": "D", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
        ],
        envFrom=[{"configMapRef": {"name": "all"}}, {"secretRef": {"name": "more", "optional": True}}],
    )
    assert found.environment == {"A": "1"}
    assert found.references == [
        Reference(kind="ConfigMap", name="c", key="k", optional=True, variable="B"),
        Reference(kind="Secret", name="s", key="k", variable="C"),
        Reference(kind="ConfigMap", name="all"),
        Reference(kind="Secret", name="more", optional=True),
    ]


def test_what_a_container_mounts_it_needs_key_by_key_where_keys_are_listed():
    volumes = [
        {"name": "a", "configMap": {"name": "c", "items": [{"key": "x", "path": "x"}, {"key": "y", "path": "y"}]}},
        {"name": "b", "secret": {"secretName": "s", "optional": True}},
        {"name": "c", "persistentVolumeClaim": {"claimName": "data"}},
        {"name": "d", "projected": {"sources": [{"secret": {"name": "p"}}, {"configMap": {"name": "q"}}]}},
        {"name": "e", "configMap": {"name": "not-mounted"}},
        {"name": "f", "hostPath": {"path": "/var/log"}},
        {"name": "g", "emptyDir": {}},
    ]
    mounts = [{"name": name} for name in "abcdfg"]
    found = template(pod(containers=[{"name": "app", "volumeMounts": mounts}], volumes=volumes))
    assert [(each.kind, each.name, each.key) for each in found.containers[0].references] == [
        ("ConfigMap", "c", "x"),
        ("ConfigMap", "c", "y"),
        ("Secret", "s", ""),
        ("PersistentVolumeClaim", "data", ""),
        ("Secret", "p", ""),
        ("ConfigMap", "q", ""),
    ]
    assert found.volumes[1] == Volume(name="b", kind="secret", source="s", optional=True)
    assert [(each.kind, each.source) for each in found.volumes[2:]] == [
        ("persistentVolumeClaim", "data"),
        ("projected", ""),
        ("configMap", "not-mounted"),
        ("hostPath", "/var/log"),
        ("emptyDir", ""),
    ]


@pytest.mark.parametrize(
    ("probe", "handler", "port"),
    [
        ({"httpGet": {"port": 8080, "path": "/ready"}}, Handler.HTTP, "8080"),
        ({"httpGet": {"port": "web"}}, Handler.HTTP, "web"),
        ({"tcpSocket": {"port": 5432}}, Handler.TCP, "5432"),
        ({"grpc": {"port": 9000}}, Handler.GRPC, "9000"),
        ({"exec": {"command": ["true"]}}, Handler.EXEC, ""),
    ],
)
def test_a_health_check_says_how_and_where_it_asks(probe, handler, port):
    found = one(livenessProbe={**probe, "timeoutSeconds": 3})
    assert (found.liveness.handler, found.liveness.port, found.liveness.timeout_seconds) == (handler, port, 3)
    assert (found.liveness.period_seconds, found.liveness.failure_threshold) == (10, 3)
    assert found.readiness is None


def test_a_check_that_asks_nothing_is_none():
    assert one(livenessProbe={"periodSeconds": 5}).liveness is None


def test_init_containers_are_marked():
    found = template(pod(initContainers=[{"name": "first"}], containers=[{"name": "app"}]))
    assert [(each.name, each.init) for each in found.containers] == [("first", True), ("app", False)]


def test_placement_rules_are_kept_whole():
    terms = [
        {
            "matchExpressions": [
                {"key": "disk", "operator": "In", "values": ["ssd"]},
                {"key": "old", "operator": "DoesNotExist"},
            ]
        },
        {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n1"]}]},
    ]
    near = {"labelSelector": {"matchLabels": {"app": "db"}}, "topologyKey": "zone"}
    far = {"labelSelector": {"matchExpressions": [{"key": "app", "operator": "Exists"}]}, "topologyKey": "host"}
    required = "requiredDuringSchedulingIgnoredDuringExecution"
    found = template(
        pod(
            nodeSelector={"type": "fast"},
            affinity={
                "nodeAffinity": {required: {"nodeSelectorTerms": terms}},
                "podAffinity": {required: [near]},
                "podAntiAffinity": {required: [far]},
            },
            tolerations=[{"key": "dedicated", "value": "x", "effect": "NoSchedule"}, {"operator": "Exists"}],
        )
    )
    assert found.node_selector == {"type": "fast"}
    assert found.node_affinity == [
        [Requirement(key="disk", operator="In", values=["ssd"]), Requirement(key="old", operator="DoesNotExist")],
        [Requirement(key="metadata.name", operator="In", values=["n1"])],
    ]
    assert found.neighbours == [
        Neighbourhood(labels={"app": "db"}, topology="zone"),
        Neighbourhood(requirements=[Requirement(key="app", operator="Exists")], topology="host", apart=True),
    ]
    assert found.tolerations == [
        Toleration(key="dedicated", value="x", effect="NoSchedule"),
        Toleration(operator="Exists"),
    ]


def test_root_is_not_the_same_as_nobody_said():
    assert one(securityContext={"runAsUser": 0, "readOnlyRootFilesystem": True}).run_as_user == 0
    assert one().run_as_user is None
    assert template(pod(securityContext={"fsGroup": 2000, "runAsUser": "1"})).fs_group == 2000
    assert template(pod(securityContext={"runAsUser": "1"})).run_as_user is None


def test_ports_keep_name_and_protocol():
    found = one(ports=[{"containerPort": 53, "name": "dns", "protocol": "UDP"}, {"containerPort": 80}])
    assert found.ports == [Port(number=53, name="dns", protocol="UDP"), Port(number=80)]
