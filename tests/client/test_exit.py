"""A script that ends while something of ours is open says nothing of it."""

from __future__ import annotations

import socket
import subprocess
import sys
import textwrap

import pytest

HEAD = """
import sys, threading, time
import ogc_widgets as ogc
_, url, silent_url = sys.argv
"""
ENDS = {
    "an app is open": "app = ogc.App(url)",
    "an app watches a running job": """
        app = ogc.App(url, "echo")
        app.form.inputs = {"message": "x", "pauses": [5]}
        app.run()
    """,
    "panels watch a running job": """
        client = ogc.Client(url)
        job = client.execute("echo", {"message": "x", "pauses": [5]})
        panel, table = ogc.JobPanel(job), ogc.JobTable(client)
    """,
    "a thread waits for a job": """
        job = ogc.Client(url).execute("echo", {"message": "x", "pauses": [5]})
        threading.Thread(target=job.wait, args=(None, False), daemon=True).start()
        time.sleep(0.1)
    """,
    "a panel has only begun": "panel = ogc.DeployPanel(ogc.Client(url))",
    "the server cannot be reached": """
        client = ogc.Client("http://127.0.0.1:9/api")
        panels = ogc.DeployPanel(client), ogc.JobTable(client), ogc.ServerCard(client)
    """,
    "the server does not answer": """
        client = ogc.Client(silent_url)
        panels = ogc.DeployPanel(client), ogc.JobTable(client), ogc.SignIn(client)
        time.sleep(0.5)
    """,
}


@pytest.mark.parametrize("end", ENDS)
def test_nothing_is_printed_when_a_script_ends_while(end, lab_server):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        done = subprocess.run(
            [
                *(sys.executable, "-W", "default::RuntimeWarning", "-c"),
                HEAD + textwrap.dedent(ENDS[end]),
                *(lab_server.url, f"http://127.0.0.1:{silent.getsockname()[1]}/api"),
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
