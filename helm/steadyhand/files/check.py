"""What `helm test` runs in the cluster: it is ready, lets nobody in without a token, and somebody with one."""

import json
import os
import pathlib
import ssl
import sys
import urllib.error
import urllib.request

URL = os.environ["URL"]
TOKEN = pathlib.Path(os.environ["TOKEN_FILE"]).read_text().strip()


def ask(path, token=""):
    request = urllib.request.Request(URL + path, headers={"Authorization": "Bearer " + token} if token else {})
    plain = ssl._create_unverified_context()  # inside the cluster, and nothing is believed that was not asked for
    try:
        with urllib.request.urlopen(request, timeout=10, context=plain) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


failed = False
for what, path, token, wanted in (
    ("ready", "/readyz", "", 200),
    ("closed without a token", "/api/v1/incidents", "", 401),
    ("open with one", "/api/v1/incidents", TOKEN, 200),
):
    status, text = ask(path, token)
    print("ok    " if status == wanted else "FAILED", what, status)
    if status != wanted:
        failed = True
        print(json.dumps(text.decode("utf-8", "replace")[:500]))
sys.exit(failed)
