"""What Alertmanager (and Grafana, in the same format) sends us."""
