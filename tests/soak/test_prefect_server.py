"""The deployment path against a real local Prefect server: deploy, schedule, worker, one night, its runs visible."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tasks.stores.practice_home import lay_out_sample

ROOT = Path(__file__).parents[2]
PREFECT = str(Path(sys.executable).with_name("prefect"))
PATIENCE_SECONDS = 300


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _start(env, *arguments: str) -> subprocess.Popen[bytes]:
    """Start Prefect so that it ends on SIGTERM: it sends itself SIGINT then, which a test run in the background ignores."""
    return subprocess.Popen(
        [PREFECT, *arguments],
        env=env,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def _get(url: str, body: object = None) -> object:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read() or "null")


def _wait(what: str, condition) -> object:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            if found := condition():
                return found
        except OSError:
            pass
        time.sleep(1)
    raise AssertionError(f"{what}: not within {PATIENCE_SECONDS} s")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    port = _free_port()
    api = f"http://127.0.0.1:{port}/api"
    env = os.environ | {
        "PREFECT_HOME": str(tmp_path_factory.mktemp("prefect")),
        "PREFECT_API_URL": api,
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
    }
    process = _start(env, "server", "start", "--host", "127.0.0.1", "--port", str(port))
    try:
        _wait("the server answers", lambda: _get(f"{api}/health"))
        yield api, env
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def _prefect(env, *arguments: str) -> str:
    done = subprocess.run(
        [PREFECT, *arguments], env=env, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def test_a_scheduled_night_runs_as_a_deployment_and_its_steps_are_visible(server, tmp_path):
    api, env = server
    home = tmp_path / "home"
    lay_out_sample(home)
    _prefect(env, "work-pool", "create", "claimcycle", "--type", "process")
    _prefect(env, "--no-prompt", "deploy", "--all")
    deployments = {d["name"]: d for d in _get(f"{api}/deployments/filter", {})}
    assert set(deployments) == {"nightly", "backfill"}
    assert deployments["nightly"]["global_concurrency_limit"]["limit"] == 1
    assert deployments["nightly"]["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert deployments["nightly"]["schedules"][0]["schedule"]["timezone"] == "America/New_York"

    _prefect(env, "deployment", "run", "nightly/nightly", "--param", f'home="{home}"', "--param", 'night="2026-03-02"')
    worker = _start(env, "worker", "start", "--pool", "claimcycle", "--limit", "1")
    try:
        named = {
            "flow_runs": {
                "name": {"any_": ["night-2026-03-02"]},
                "state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED"]}},
            }
        }
        runs = _wait("the night ends", lambda: _get(f"{api}/flow_runs/filter", named))
    finally:
        os.killpg(worker.pid, signal.SIGTERM)
        worker.wait(timeout=30)
    assert [r["state_type"] for r in runs] == ["COMPLETED"]
    steps = _get(f"{api}/task_runs/filter", {"flow_runs": {"id": {"any_": [runs[0]["id"]]}}})
    assert {"collect_files", "post_payments", "publish_reports"} <= {s["name"].split("-")[0] for s in steps}
    assert len(steps) <= 50
    assert (home / "reports" / "report.html").exists()
    assert list((home / "mailbox").rglob("837P_*.x12"))
