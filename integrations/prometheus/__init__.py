"""Prometheus, and what answers like it (Thanos, Mimir, VictoriaMetrics): queries rendered, asked and read back."""
