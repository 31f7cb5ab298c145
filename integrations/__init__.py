"""Adapters, one folder a technology; only agent.wiring imports them."""
