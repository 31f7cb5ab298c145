"""Adapters, one folder a technology; only agent.wiring, agent.reality and agent.channels import them."""
