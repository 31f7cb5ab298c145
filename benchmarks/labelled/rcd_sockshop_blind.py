"""Sock Shop of RCD with no start of the anomaly given: see rcd_sockshop."""

from benchmarks.labelled.rcd_sockshop import SockShop

DATA_SET = SockShop(blind=True)
