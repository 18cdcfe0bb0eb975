"""The files of `deploy/`: HAProxy's is run as it is, those for Kubernetes pass the schemas, the others agree."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.balanced import Balanced, rolling_restart
from tests.drivers import ROOT, absent, needed

DEPLOY = ROOT / "deploy"
yaml = needed("yaml")
kubernetes_validate = needed("kubernetes_validate")
KUBERNETES = "1.34"


@pytest.fixture(scope="module")
def balanced():
    both = Balanced(FMNIST_HEAD_TIME="1s", FMNIST_PER_ADDRESS="40")
    yield both
    both.stop()


def ask(balanced, cookie=None, path="/_stcore/health"):
    """Return the status of an answer, and the cookie that it sets."""
    request = urllib.request.Request(balanced.address + path, headers={"Cookie": cookie} if cookie else {})
    with urllib.request.urlopen(request, timeout=10) as answer:
        cookies = [line.split(";")[0] for line in answer.headers.get_all("Set-Cookie", [])]
        return answer.status, next((c for c in cookies if c.startswith("fmnist_replica")), None)


def served(balanced):
    """Return how many requests each replica has had."""
    return {name: int(row["stot"]) for name, row in balanced.proxy.replicas().items()}


def test_a_class_behind_one_address_spreads_and_each_keeps_to_its_replica(balanced):
    cookies = [ask(balanced)[1] for _ in range(8)]
    assert None not in cookies
    assert len(set(cookies)) == 2
    for cookie in set(cookies):
        before = served(balanced)
        assert {ask(balanced, cookie)[1] for _ in range(4)} == {None}  # nothing new
        after = served(balanced)
        assert sorted(after[name] - before[name] for name in after) == [0, 4]


class Echo(BaseHTTPRequestHandler):
    """A replica that answers with where it is told that a visitor comes from."""

    def do_GET(self):
        health = self.path == "/_stcore/health"
        text = b"ok" if health else json.dumps(self.headers.get_all("X-Forwarded-For")).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def test_where_a_visitor_comes_from_is_what_the_balancer_says_and_not_the_visitor():
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as echo:
        threading.Thread(target=echo.serve_forever, daemon=True).start()
        balanced = Balanced(replicas=0, others=(f"127.0.0.1:{echo.server_port}",))
        try:
            claimed = urllib.request.Request(balanced.address, headers={"X-Forwarded-For": "203.0.113.9"})
            with urllib.request.urlopen(claimed, timeout=10) as answer:
                assert json.load(answer) == ["127.0.0.1"]
        finally:
            balanced.stop()
            echo.shutdown()


def test_a_replica_that_died_is_left_at_once_and_taken_back(balanced):
    cookies = {ask(balanced)[1] for _ in range(4)}
    dead = next(iter(balanced.replicas))
    balanced.kill(dead)
    answers = [ask(balanced, cookie) for cookie in cookies]  # the very next requests
    assert {status for status, _ in answers} == {200}
    assert len({cookie for _, cookie in answers} - {None}) == 1  # one of them moved
    balanced.start(dead)
    assert rolling_restart.wait(lambda: len(rolling_restart.working(balanced.proxy)) == 2, 20)


def test_a_replica_that_haproxy_has_not_asked_is_not_said_to_work():
    class Proxy:
        def replicas(self):
            says = {"a": ("UP", "L7OK"), "b": ("UP 1/2", "INI"), "c": ("UP 1/2", "* INI"), "d": ("DOWN", "L4CON")}
            says |= {"e": ("UP", "* L7OK"), "f": ("DRAIN", "L7OK")}
            return {name: {"status": status, "check_status": check} for name, (status, check) in says.items()}

    assert rolling_restart.working(Proxy()) == {"a", "e"}


def test_a_drained_replica_gets_no_newcomers_and_keeps_its_visitors(balanced):
    cookies = {ask(balanced)[1] for _ in range(4)}
    balanced.proxy.state("app1", "drain")
    before = served(balanced)["app1"]
    for _ in range(4):
        ask(balanced)
    assert served(balanced)["app1"] == before
    assert [ask(balanced, cookie) for cookie in cookies] == [(200, None)] * 2
    assert served(balanced)["app1"] == before + 1
    balanced.proxy.state("app1", "ready")


def heard(line):
    """Return the beginning of what comes on a line: nothing if it is let go."""
    line.settimeout(10)
    with contextlib.closing(line):
        try:
            return line.recv(100)[:12]
        except ConnectionError:
            return b""


def test_half_requests_are_let_go_and_one_address_has_only_so_many(balanced):
    host, port = balanced.address.removeprefix("http://").split(":")
    began = time.monotonic()
    half = []
    for _ in range(60):
        with contextlib.suppress(ConnectionError):  # let go while it comes, or while it speaks
            half.append(socket.create_connection((host, int(port)), 5))
            half[-1].sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    ends = [b""] * (60 - len(half)) + [heard(line) for line in half]
    assert time.monotonic() - began < 9
    assert ends.count(b"HTTP/1.1 408") in range(30, 42)  # those that were let in
    assert set(ends) == {b"HTTP/1.1 408", b""}  # the others heard nothing
    assert ask(balanced)[0] == 200


@pytest.mark.parametrize("embedded", [{}, {"FMNIST_EMBEDDED": "1"}], ids=["alone", "in another site"])
def test_the_same_file_serves_containers(embedded):
    if shutil.which("haproxy") is None:
        absent("HAProxy is needed (Debian package haproxy)")
    command = ["haproxy", "-c", "-f", str(DEPLOY / "haproxy.cfg")]
    facts = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]["proxy"]["environment"]
    done = subprocess.run(command, env=os.environ | facts | embedded, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("path", sorted((DEPLOY / "kubernetes").glob("*.yaml")), ids=lambda p: p.name)
def test_files_for_kubernetes_pass_its_schemas(path):
    for document in yaml.safe_load_all(path.read_text("utf-8")):
        kubernetes_validate.validate(document, KUBERNETES, strict=True)
        document["spec"]["replicaz"] = 2
        with pytest.raises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(document, KUBERNETES, strict=True)


def test_files_for_kubernetes_speak_of_the_same_app():
    found = [d for p in (DEPLOY / "kubernetes").glob("*.yaml") for d in yaml.safe_load_all(p.read_text("utf-8"))]
    kinds = {document["kind"]: document["spec"] for document in found}
    assert set(kinds) == {"Deployment", "Service", "Ingress", "HorizontalPodAutoscaler", "PodDisruptionBudget"}
    (container,) = kinds["Deployment"]["template"]["spec"]["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    labels = kinds["Deployment"]["template"]["metadata"]["labels"]
    assert kinds["Service"]["selector"] == kinds["PodDisruptionBudget"]["selector"]["matchLabels"] == labels
    assert (
        kinds["HorizontalPodAutoscaler"]["scaleTargetRef"]["name"]
        == kinds["Ingress"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["name"]
    )
    assert "FMNIST_DATABASE_URL" in [variable["name"] for variable in container["env"]]


def test_the_image_serves_without_tensorflow_and_holds_what_the_app_reads():
    recipe = (DEPLOY / "Dockerfile").read_text("utf-8")
    assert "--require-hashes -r locks/serve.txt" in recipe
    assert not re.search(r"^(tensorflow|keras)", (ROOT / "locks" / "serve.txt").read_text("utf-8"), re.MULTILINE)
    assert "USER 10001" in recipe
    assert "HEALTHCHECK" in recipe
    taken = [
        line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines() if line[:1] == "!"
    ]
    for name in taken:
        assert (ROOT / name.removesuffix("/**")).exists(), name
    assert {"fmnist_app/**", "fmnist_core/**", "models/**", "streamlit_app.py", ".streamlit/config.toml"} <= set(taken)
    app = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]["app"]
    assert app["read_only"]
    assert app["environment"]["FMNIST_DATABASE_URL"].startswith("postgresql+psycopg://")


def test_the_units_are_what_systemd_reads(tmp_path):
    if shutil.which("systemd-analyze") is None:
        absent("systemd-analyze is needed (Debian package systemd)")
    unit = (DEPLOY / "systemd" / "fmnist@.service").read_text("utf-8")
    (tmp_path / "fmnist@.service").write_text(unit.replace("/opt/fmnist/venv/bin/streamlit", "/usr/bin/env"))
    done = subprocess.run(
        ["systemd-analyze", "verify", tmp_path / "fmnist@8501.service"], capture_output=True, text=True
    )
    assert "fmnist@8501.service" not in done.stderr, done.stderr
    for line in (DEPLOY / "systemd" / "haproxy-fmnist.conf").read_text("utf-8").splitlines():
        assert re.fullmatch(r"#.*|\[Service\]|[A-Z][A-Za-z]+=.*", line), line
