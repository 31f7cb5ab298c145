"""The matrix: values that somebody will install with, by name."""

from typing import Any

CASES: dict[str, dict[str, Any]] = {
    "default": {},
    "names and labels": {
        "nameOverride": "sre",
        "fullnameOverride": "agent",
        "commonLabels": {"team": "platform"},
        "commonAnnotations": {"example.test/owner": "platform"},
        "podLabels": {"tier": "tools"},
        "podAnnotations": {"example.test/scrape": "no"},
        "serviceAccount": {"name": "robot", "annotations": {"example.test/role": "reader"}},
    },
    "a digest from a private registry": {
        "image": {"repository": "registry.test/steadyhand", "tag": "x", "digest": "sha256:" + "0" * 64},
        "imagePullSecrets": [{"name": "pull"}],
    },
    "one namespace": {"read": {"clusterWide": False}},
    "some namespaces": {
        "read": {"clusterWide": False, "namespaces": ["shop", "store"], "logs": {"namespaces": ["shop"]}},
        "actions": {"namespaces": ["shop"]},
    },
    "no logs": {"read": {"logs": {"enabled": False}}},
    "logs of one namespace": {"read": {"logs": {"namespaces": ["shop"]}, "secrets": True}},
    "acting": {"actions": {"namespaces": ["shop", "store"], "nodes": True}, "events": {"enabled": True}},
    "acting a little": {"actions": {"namespaces": ["shop"], "playbooks": ["rollback", "restart"]}},
    "enabled by configuration": {"actions": {"namespaces": ["shop"]}, "config": {"playbooks": ["restart"]}},
    "Slack over a socket": {"slack": {"channel": "incidents", "existingSecret": "slack"}},
    "Slack over HTTP": {
        "slack": {"channel": "incidents", "existingSecret": "slack", "mode": "http"},
        "ingress": {"enabled": True, "host": "sre.test", "className": "public", "tlsSecret": "sre-tls"},
        "actions": {"namespaces": ["shop"]},
        "config": {"approvers": [{"name": "ana", "identities": ["slack:U1"]}]},
    },
    "Prometheus with all its locks": {
        "prometheus": {
            "url": "https://thanos.test/tenant",
            "existingSecret": "prometheus",
            "tokenKey": "token",
            "caKey": "ca.crt",
            "headersKey": "headers",
        },
        "alertmanager": {"url": "http://alertmanager:9093", "existingSecret": "alertmanager", "tokenKey": "token"},
    },
    "a tenant": {"prometheus": {"url": "http://mimir:8080/prometheus", "tenant": "shop"}},
    "a certificate": {"tls": {"existingSecret": "door"}},
    "a volume that is there": {"persistence": {"existingClaim": "mine"}},
    "a volume that goes": {
        "persistence": {"retain": False, "storageClass": "", "size": "5Gi", "accessModes": ["ReadWriteOncePod"]}
    },
    "nothing kept": {"persistence": {"enabled": False}},
    "own tokens": {"api": {"existingSecret": "tokens", "callers": ["ana", "bot"]}},
    "where it runs": {
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "tolerations": [{"key": "x", "operator": "Exists"}],
        "affinity": {"nodeAffinity": {}},
        "topologySpreadConstraints": [
            {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {}}
        ],
        "priorityClassName": "system-cluster-critical",
        "podSecurityContext": {"runAsUser": None, "runAsGroup": None, "fsGroup": None},
    },
    "more of everything": {
        "extraEnv": [{"name": "STEADYHAND_LOG__LEVEL", "value": "debug"}],
        "extraEnvFrom": [{"secretRef": {"name": "more", "optional": True}}],
        "extraVolumes": [{"name": "calendars", "configMap": {"name": "calendars"}}],
        "extraVolumeMounts": [{"name": "calendars", "mountPath": "/calendars"}],
        "service": {"type": "NodePort", "annotations": {"x": "y"}, "host": "::"},
        "networkPolicy": {
            "apiServerCidrs": ["10.0.0.1/32"],
            "prometheusPorts": [9090],
            "extraEgress": [{"ports": [{"port": 8080}]}],
            "ingressFrom": [{"namespaceSelector": {"matchLabels": {"x": "y"}}}],
        },
    },
    "bare": {"rbac": {"create": False}, "serviceAccount": {"create": False}, "networkPolicy": {"enabled": False}},
    "configured": {
        "config": {
            "policy": {"autonomy": "act", "autonomy_rules": [{"services": ["shop/web"], "autonomy": "act"}]},
            "default_slo": {"objective": "99.9%"},
            "history": {"bytes_of_all": 67108864, "namespaces": ["other"]},
            "slos": [
                {
                    "name": "a",
                    "service": "shop/web",
                    "objective": 0.99,
                    "total": {"metric": "t"},
                    "bad": {"metric": "b"},
                }
            ],
        },
        "actions": {"namespaces": ["shop"]},
    },
    "watched": {
        "monitoring": {
            "serviceMonitor": {"enabled": True, "labels": {"release": "monitoring"}},
            "prometheusRule": {"enabled": True},
            "dashboard": {"enabled": True, "annotations": {"grafana_folder": "SRE"}},
            "alertmanagerConfig": {"enabled": True},
        },
        "tls": {"certManager": {"issuer": "house"}},
    },
}

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"replicas": 2}, "additional properties 'replicas' not allowed"),
    ({"read": {"clusterwide": True}}, "additional properties 'clusterwide' not allowed"),
    ({"read": {"clusterWide": "no"}}, "at '/read/clusterWide': got string, want boolean"),
    ({"image": {"digest": "latest"}}, "at '/image/digest'"),
    ({"config": {"polcy": {}}}, "additional properties 'polcy' not allowed"),
    ({"config": {"policy": {"autonomy": "always"}}}, "at '/config/policy/autonomy'"),
    ({"config": {"listen": {"port": 1}}}, "additional properties 'listen' not allowed"),
    ({"config": {"slack": {"bot_token": "xoxb-1"}}}, "additional properties 'bot_token' not allowed"),
    ({"config": {"prometheus": {"bearer_token": "x"}}}, "additional properties 'bearer_token' not allowed"),
    ({"config": {"api": {"tokens": []}}}, "additional properties 'tokens' not allowed"),
    *(({section: None}, f"missing property '{section}'") for section in ("prometheus", "slack", "probes", "actions")),
    ({"api": {"callers": None}}, "missing property 'callers'"),
    ({"read": {"logs": None}}, "missing property 'logs'"),
    ({"networkPolicy": {"apiServerPorts": None}}, "missing property 'apiServerPorts'"),
    ({"networkPolicy": {"apiServerPorts": []}}, "at '/networkPolicy/apiServerPorts': minItems"),
    ({"networkPolicy": {"apiServerPorts": [0]}}, "at '/networkPolicy/apiServerPorts/0': minimum"),
    ({"actions": {"namespaces": [""]}}, "at '/actions/namespaces/0': ''"),
    ({"actions": {"playbooks": [""]}}, "at '/actions/playbooks/0': ''"),
    ({"read": {"clusterWide": False, "namespaces": [""]}}, "at '/read/namespaces/0': ''"),
    ({"read": {"logs": {"namespaces": [""]}}}, "at '/read/logs/namespaces/0': ''"),
    ({"api": {"callers": [""]}}, "at '/api/callers/0': ''"),
    ({"api": {"callers": ["ana", "ana"]}}, "at '/api/callers': items at 0 and 1 are equal"),
    ({"ingress": {"paths": [""]}}, "at '/ingress/paths/0': ''"),
    ({"prometheus": {"url": "https://me:word@p.test"}}, "at '/prometheus/url'"),
    ({"prometheus": {"url": "https://p.test/?token=word"}}, "at '/prometheus/url'"),
    ({"alertmanager": {"url": "https://me:word@a.test"}}, "at '/alertmanager/url'"),
    ({"config": {"prometheus": {"url": "https://me:word@p.test"}}}, "at '/config/prometheus/url'"),
    ({"config": {"slack": {"api_url": "https://me:word@s.test"}}}, "at '/config/slack/api_url'"),
    (
        {
            "config": {
                "flags": {"services": [{"name": "f", "origin": "https://me:word@f.test", "read": "/", "allowed": []}]}
            }
        },
        "at '/config/flags/services/0/origin'",
    ),
    ({"config": {"alertmanager": {"url": "https://a.test?token=word"}}}, "at '/config/alertmanager/url'"),
    ({"database": {"existingSecret": "pg"}}, "PostgreSQL is not supported yet"),
    (
        {"actions": {"namespaces": ["shop"], "playbooks": ["rolback"]}},
        'there is no playbook "rolback"; known: abort-rollout',
    ),
    ({"config": {"playbooks": ["rolback"]}}, 'config.playbooks: there is no playbook "rolback"'),
    ({"actions": {"namespaces": ["sre"]}}, 'actions.namespaces: not in "sre"'),
    ({"actions": {"namespaces": ["shop", "kube-system"]}}, 'actions.namespaces: not in "kube-system"'),
    ({"events": {"enabled": True}}, "events.enabled: Events are written on what was acted on only"),
    ({"serviceAccount": {"create": False}}, "serviceAccount.name: name the account that is there"),
    ({"read": {"clusterWide": False}, "actions": {"namespaces": ["shop"]}}, 'namespace "shop" is named'),
    ({"read": {"clusterWide": False}, "actions": {"nodes": True}}, "needs read.clusterWide: true"),
    ({"read": {"namespaces": ["shop"]}}, "has no use with read.clusterWide: true"),
    ({"slack": {"channel": "x"}}, "slack.existingSecret: name the Secret"),
    (
        {"slack": {"channel": "x", "existingSecret": "y"}, "actions": {"namespaces": ["shop"]}},
        "config.approvers: with Slack and actions, say who may approve",
    ),
    (
        {
            "slack": {"channel": "x", "existingSecret": "y"},
            "rbac": {"create": False},
            "config": {"policy": {"autonomy": "propose"}},
        },
        "config.approvers: with Slack and actions, say who may approve",
    ),
    (
        {"slack": {"channel": "x", "existingSecret": "y"}, "config": {"slack": {"channel": "z"}}},
        "slack.channel and config.slack.channel differ",
    ),
    ({"config": {"slack": {"mode": "http"}}}, "config.slack.mode differs from slack.mode"),
    ({"config": {"slack": {"app_token_file": "/token"}}}, "config.slack.app_token_file: Slack's tokens are those of"),
    (
        {"prometheus": {"url": "http://p"}, "config": {"prometheus": {"url": "http://q"}}},
        "prometheus.url and config.prometheus.url differ",
    ),
    ({"prometheus": {"url": "http://p", "tokenKey": "token"}}, "prometheus.existingSecret: name the Secret"),
    ({"tls": {"existingSecret": "a", "certManager": {"issuer": "b"}}}, "write only one of them"),
    ({"tls": {"certManager": {"issuer": "b"}}}, "this cluster has no cert-manager"),
    ({"ingress": {"enabled": True}}, "ingress.host: name the host"),
    ({"monitoring": {"serviceMonitor": {"enabled": True}}}, "need the Prometheus operator"),
    ({"monitoring": {"prometheusRule": {"enabled": True}}}, "need the Prometheus operator"),
    ({"monitoring": {"alertmanagerConfig": {"enabled": True}}}, "needs the Prometheus operator"),
]
