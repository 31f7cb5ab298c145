"""Says once everything that a log must be made safe from, in raw bytes, and stays."""

import os
import sys
import time

ESC = b"\x1b"
LINES = [
    b"INFO ready to talk",
    b"DEBUG connecting with password=" + os.environ["PLANTED"].encode() + b" to db",
    b"DEBUG url postgres://app:" + os.environ["PLANTED"].encode() + b"@db/orders",
    ESC + b"[31mERROR in red" + ESC + b"[0m and plain",
    ESC + b"]0;a title\x07WARN a bell\x07 and a \x00 zero",
    "WARN left \u202egnitirw ot thgir\u202c and \u200bnothing wide".encode(),
    b"-----BEGIN RSA PRIVATE KEY-----",
    b"c2VjcmV0LWtleS1tYXRlcmlhbA==",
    b"-----END RSA PRIVATE KEY-----",
    b"ERROR bytes \xff\xfe that are no text",
    "INFO Grüße, 注文 ✓".encode(),
    b"INFO long " + b"x" * 40000 + os.environ["PLANTED"].encode(),
    b"INFO last word",
]
for line in LINES:
    sys.stdout.buffer.write(line + b"\n")
sys.stdout.buffer.flush()
while True:
    time.sleep(60)
