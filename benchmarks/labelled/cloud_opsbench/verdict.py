"""Hypotheses in the data set's words: fault_taxonomy, fault_object, root_cause."""

from agent.model.hypothesis import Hypothesis
from agent.model.inventory import Estate

WORDS: dict[str, tuple[str, str]] = {
    "service-account-missing": ("Admission_Fault", "missing_service_account"),
    "quota-cpu": ("Admission_Fault", "namespace_cpu_quota_exceeded"),
    "quota-memory": ("Admission_Fault", "namespace_memory_quota_exceeded"),
    "quota-pods": ("Admission_Fault", "namespace_pod_quota_exceeded"),
    "quota-services": ("Admission_Fault", "namespace_service_quota_exceeded"),
    "quota-storage": ("Admission_Fault", "namespace_storage_quota_exceeded"),
    "container-runtime-down": ("Infrastructure_Fault", "containerd_unavailable"),
    "kube-proxy-down": ("Infrastructure_Fault", "kube_proxy_unavailable"),
    "scheduler-down": ("Infrastructure_Fault", "kube_scheduler_unavailable"),
    "kubelet-down": ("Infrastructure_Fault", "kubelet_unavailable"),
    "node-network-slow": ("Infrastructure_Fault", "node_network_delay"),
    "node-network-losing": ("Infrastructure_Fault", "node_network_packet_loss"),
    "cpu-saturated": ("Performance_Fault", "pod_cpu_overload"),
    "network-slow": ("Performance_Fault", "pod_network_delay"),
    "database-connections-exhausted": ("Runtime_Fault", "db_connection_exhaustion"),
    "database-read-only": ("Runtime_Fault", "db_read_only"),
    "scaled-to-zero": ("Runtime_Fault", "deployment_zero_replicas"),
    "liveness-wrong-port": ("Runtime_Fault", "liveness_probe_incorrect_port"),
    "liveness-wrong-protocol": ("Runtime_Fault", "liveness_probe_incorrect_protocol"),
    "liveness-too-strict": ("Runtime_Fault", "liveness_probe_incorrect_timing"),
    "readiness-wrong-port": ("Runtime_Fault", "readiness_probe_incorrect_port"),
    "readiness-wrong-protocol": ("Runtime_Fault", "readiness_probe_incorrect_protocol"),
    "database-login-refused": ("Runtime_Fault", "mysql_invalid_credentials"),
    "database-port-wrong": ("Runtime_Fault", "mysql_invalid_port"),
    "resource-exhaustion": ("Runtime_Fault", "oom_killed"),
    "port-taken": ("Runtime_Fault", "service_sidecar_port_conflict"),
    "cpu-request-too-large": ("Scheduling_Fault", "cpu_capacity_mismatch"),
    "memory-request-too-large": ("Scheduling_Fault", "memory_capacity_mismatch"),
    "node-affinity-unsatisfied": ("Scheduling_Fault", "node_affinity_mismatch"),
    "node-cordoned": ("Scheduling_Fault", "node_cordon_mismatch"),
    "node-selector-unsatisfied": ("Scheduling_Fault", "node_selector_mismatch"),
    "pods-kept-apart": ("Scheduling_Fault", "pod_anti_affinity_conflict"),
    "volume-taken": ("Scheduling_Fault", "pv_binding_occupied"),
    "access-mode-not-offered": ("Scheduling_Fault", "pvc_access_mode_mismatch"),
    "volume-too-small": ("Scheduling_Fault", "pvc_capacity_mismatch"),
    "volume-selector-unsatisfied": ("Scheduling_Fault", "pvc_selector_mismatch"),
    "storage-class-missing": ("Scheduling_Fault", "pvc_storage_class_mismatch"),
    "taint-not-tolerated": ("Scheduling_Fault", "taint_toleration_mismatch"),
    "gateway-sends-elsewhere": ("Service_Routing_Fault", "gateway_misroute"),
    "dns-not-answering": ("Service_Routing_Fault", "service_dns_resolution_failure"),
    "address-wrong": ("Service_Routing_Fault", "service_env_var_address_mismatch"),
    "service-port-wrong": ("Service_Routing_Fault", "service_port_mapping_mismatch"),
    "service-protocol-wrong": ("Service_Routing_Fault", "service_protocol_mismatch"),
    "service-selector-wrong": ("Service_Routing_Fault", "service_selector_mismatch"),
    "registry-unresolved": ("Startup_Fault", "image_registry_dns_failure"),
    "image-not-found": ("Startup_Fault", "incorrect_image_reference"),
    "registry-denied": ("Startup_Fault", "missing_image_pull_secret"),
    "reference-missing": ("Startup_Fault", "missing_secret_binding"),
    "trouble-unexplained": ("unknown", "unknown"),
    "volume-denied": ("Startup_Fault", "volume_mount_permission_denied"),
}
"""Our name of a cause -> the data set's fault_taxonomy and root_cause."""


def answers(hypotheses: list[Hypothesis], estate: Estate) -> list[dict[str, str]]:
    """The hypotheses that have a word, most probable first, each answer once."""
    found: list[dict[str, str]] = []
    for hypothesis in sorted(hypotheses, key=lambda h: -h.probability):
        word = WORDS.get(hypothesis.cause)
        if word is None:
            continue
        answer = {
            "fault_taxonomy": word[0],
            "fault_object": _object(hypothesis, estate),
            "root_cause": word[1],
        }
        if answer not in found:
            found.append(answer)
    return found[:KEPT]


KEPT = 5


def _object(hypothesis: Hypothesis, estate: Estate) -> str:
    entity = hypothesis.entity
    if entity.kind in ("Node", "Namespace"):
        return f"{entity.kind.lower()}/{entity.name}"
    if any(workload.entity.name == entity.name for workload in estate.workloads):
        return f"app/{entity.name}"
    route = next((route for route in estate.routes if route.entity.name == entity.name), None)
    behind = [
        workload.entity.name
        for workload in estate.workloads
        if route and route.selector and route.selector.items() <= workload.template.labels.items()
    ]
    return f"app/{(behind or [entity.name])[0]}"
