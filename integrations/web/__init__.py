"""The daemon's HTTP door: webhook, API, health and metrics, on Starlette."""
