"""What kubectl and the other tools print, in the smallest form that says something; written by hand."""

POD = """\
Name:             till-5c9-abc
Namespace:        market
Service Account:  till
Node:             box-1/10.1.1.1
Start Time:       Mon, 02 Mar 2026 10:00:00 +0100
Labels:           app=till
                  pod-template-hash=5c9
Annotations:      mesh/port: 9000
Status:           Running
IP:               10.2.0.4
Controlled By:    ReplicaSet/till-5c9
Containers:
  main:
    Image:          store.example/till:2
    Port:           9000/TCP
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
      Finished:     Mon, 02 Mar 2026 10:01:00 +0100
    Ready:          False
    Restart Count:  3
    Limits:
      memory:  128Mi
    Requests:
      cpu:     250m
    Liveness:     http-get http://:9000/live delay=5s timeout=1s period=10s #success=1 #failure=3
    Readiness:    grpc <pod>:9000  delay=2s timeout=1s period=5s #success=1 #failure=3
    Environment:
      LEDGER_ADDR:    ledger:7000
      LEDGER_TOKEN:   not-for-you
      LEDGER_USER:    <set to the key 'user' in secret 'ledger-login'>  Optional: false
    Mounts:
      /data from data (rw)
Conditions:
  Type           Status
  Ready          False
  PodScheduled   True
Volumes:
  data:
    Type:       PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)
    ClaimName:  till-data
Node-Selectors:  disk=ssd
Tolerations:     node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
                 kind=gpu:NoSchedule
Events:
  Type     Reason   Age                From     Message
  ----     ------   ----               ----     -------
  Warning  BackOff  10s (x4 over 50s)  kubelet  Back-off restarting failed container main: password=hunter2
"""

SERVICE = """\
Name:              till
Namespace:         market
Selector:          app=till
Type:              ClusterIP
IP:                10.3.0.1
Port:              http  80/TCP
TargetPort:        9000/TCP
Port:              admin  81/UDP
TargetPort:        admin/UDP
Endpoints:         10.2.0.4:9000
Events:            <none>
"""

DEPLOYMENT = """\
Name:               till
Namespace:          market
CreationTimestamp:  Mon, 02 Mar 2026 09:59:00 +0100
Selector:           app=till
Replicas:           2 desired | 2 updated | 2 total | 1 available | 1 unavailable
Pod Template:
  Labels:  app=till
  Containers:
   main:
    Image:  store.example/till:2
    Port:   9000/TCP
Conditions:
  Type           Status  Reason
  ----           ------  ------
  Available      False   MinimumReplicasUnavailable
"""

NODE = """\
Name:               box-1
Labels:             disk=ssd
                    kubernetes.io/hostname=box-1
CreationTimestamp:  Mon, 01 Dec 2025 10:00:00 +0100
Taints:             kind=gpu:NoSchedule
Unschedulable:      true
Conditions:
  Type             Status    LastHeartbeatTime                 LastTransitionTime                Reason              Message
  ----             ------    -----------------                 ------------------                ------              -------
  Ready            Unknown   Mon, 02 Mar 2026 10:00:00 +0100   Mon, 02 Mar 2026 10:00:00 +0100   NodeStatusUnknown   Kubelet stopped posting node status.
Allocatable:
  cpu:     4
  memory:  1Gi
Allocated resources:
  (Total limits may be over 100 percent, i.e., overcommitted.)
  Resource  Requests    Limits
  --------  --------    ------
  cpu       1500m (5%)  2 (9%)
Events:     <none>
"""

MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: till}
spec:
  template:
    spec:
      imagePullSecrets: [{name: store-login}]
      dnsPolicy: None
      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: [a]}]}]
      containers: [{name: main}]
"""

TREE = """\
[Service]: till
[Upstream (Called By)]: door
[Downstream (Calls)]:
till
├── ledger
│   └── vault          <-- (Database)
└── mail
"""
