"""A caller with a wrong address, or that cannot resolve any.

Mechanism: the callee is well and others reach it. The caller's environment names a host that is no Service's
(a letter too many, another environment's name), or its pods ask a DNS server that does not know the cluster.
"""

from dataclasses import replace

from agent.reasoning.probes.called_address import PROBE as CALLED
from agent.reasoning.probes.resolver import PROBE as RESOLVER
from agent.reasoning.probes.service_there import PROBE as THERE
from agent.reasoning.stated import WORDS, stated

CAUSES = [
    stated("service-missing", "no Service leads to it", "create the Service of {service}", (THERE, "no")),
    replace(
        stated("address-wrong", "calls go to an address nobody has", "correct the address in the environment of {service}"),
        own={CALLED.name: {"replaced": 0.80, "strange": 0.15, "sound": 0.05}},
    ),
    replace(
        stated("dns-not-answering", "its DNS does not answer", "put the pods of {service} back on the cluster's DNS", settled_by=WORDS),
        own={RESOLVER.name: {"own resolver": 0.70, "only here": 0.20, "many": 0.07, "nobody here": 0.03}},
    ),
]  # fmt: skip
