"""Events outlive the pods they are about: whose a pod was that is not there any more. Called by detectors."""

from agent.model.inventory import Declared, Estate
from agent.reasoning.owners import workload_named


def workload_of_pod(estate: Estate, name: str) -> Declared | None:
    """The workload a pod of this name belongs or belonged to.

    Controllers call pods DEPLOYMENT-HASH-RANDOM, STATEFULSET-NUMBER, and DAEMONSET-RANDOM or JOB-RANDOM.
    """
    there = next((running for running in estate.pods if running.pod.name == name), None)
    if there is not None:
        return workload_named(estate, there.owner)
    sets = {running.pod.owner: running.owner for running in estate.pods if running.pod.owner and running.owner}
    parent = name.rpartition("-")[0]
    grandparent = parent.rpartition("-")[0]
    for candidate in (sets.get(parent, ""), parent, grandparent):
        if candidate and (found := workload_named(estate, candidate)):
            return found
    return None
