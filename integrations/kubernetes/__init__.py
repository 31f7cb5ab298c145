"""The Kubernetes API as a source of answers and as the place where actions happen.

Only `agent.reality` imports from here: `api.connect`, `source.KubernetesSource`,
`actuator.KubernetesActuator` and, for `steadyhand doctor`, `access.review`.
"""
