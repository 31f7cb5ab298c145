"""The method: from evidence to findings, suspects, tests, verdict and condition. Pure functions of records."""
