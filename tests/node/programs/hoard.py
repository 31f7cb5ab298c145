"""Takes memory until it is stopped."""

import time

print("INFO warming the cache")
hoard = []
while True:
    hoard.append(b"x" * 2**20)
    time.sleep(0.005)
