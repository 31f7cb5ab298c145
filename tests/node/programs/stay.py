"""Starts and stays; if RELEASE says bad, it ends with an error instead."""

import os
import time

release = os.environ.get("RELEASE", "")
print("INFO release", release or "none", "up")
if release.startswith("bad"):
    raise RuntimeError(f"release {release} cannot start")
while True:
    time.sleep(60)
