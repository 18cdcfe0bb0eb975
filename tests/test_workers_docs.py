"""What docs/workers.md says is started as it stands there, and its model of the cost is arithmetic."""

import os
import re
import subprocess

import pytest

from benchmarks.workers import NETWORKS, Link, Work, exchanges, fitted
from fmnist_core.training.cluster import Cluster, read_cluster
from tests.drivers import ROOT, needed

PAGE = (ROOT / "docs" / "workers.md").read_text("utf-8")
BLOCKS = dict(
    re.findall(r"^## (?:On )?(By hand|Slurm|Kubernetes)\n.*?```\w+\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)
)
TOLD = 'printf "%s\\n" "$TF_CONFIG"; [ "$*" = "-m fmnist_core train resnet" ]'


def clusters(folder, script, **environment):
    """Run a script whose Python only tells `TF_CONFIG`; return the clusters that were told."""
    commands = {
        "python": TOLD,
        "scontrol": "[ \"$1 $2 $3\" = 'show hostnames n[1-2]' ] && printf 'n1\\nn2\\n'",
        "srun": 'shift; for SLURM_PROCID in 0 1; do export SLURM_PROCID; "$@" || exit 1; done',
    }
    for name, body in commands.items():
        (folder / name).write_text(f"#!/bin/sh\n{body}\n", "utf-8")
        (folder / name).chmod(0o755)
    given = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"} | environment
    done = subprocess.run(["bash", "-c", script], env=given, capture_output=True, text=True, check=True, timeout=60)
    return [read_cluster({"TF_CONFIG": line}) for line in done.stdout.splitlines()]


def test_workers_started_by_hand_are_named(tmp_path):
    assert clusters(tmp_path, BLOCKS["By hand"]) == [Cluster(("one:12345", "two:12345"), 0)]


def test_slurm_names_a_worker_on_each_node(tmp_path):
    found = clusters(tmp_path, BLOCKS["Slurm"], SLURM_JOB_NODELIST="n[1-2]")
    assert found == [Cluster(("n1:12345", "n2:12345"), position) for position in (0, 1)]


@pytest.mark.parametrize("index", [0, 1])
def test_kubernetes_names_its_pods(tmp_path, index):
    yaml, kubernetes_validate = needed("yaml"), needed("kubernetes_validate")
    service, job = yaml.safe_load_all(BLOCKS["Kubernetes"])
    for document in (service, job):
        kubernetes_validate.validate(document, "1.34", strict=True)
    name, pod = job["metadata"]["name"], job["spec"]["template"]["spec"]
    assert service["spec"]["selector"] == {"job-name": name}
    assert service["metadata"]["name"] == pod["subdomain"]
    addresses = tuple(f"{name}-{k}.{pod['subdomain']}:12345" for k in range(job["spec"]["completions"]))
    script = pod["containers"][0]["command"][-1]
    assert clusters(tmp_path, script, JOB_COMPLETION_INDEX=str(index)) == [Cluster(addresses, index)]


LINK = Link("slow", latency=0.001, bandwidth=1e6)
WORK = Work(batch=128, work=0.01, views=0.001, fixed=0.05, gradient=1_000_000, exchanges=10)


def test_one_worker_sends_nothing():
    assert WORK.exchange(LINK, 1) == 0
    assert WORK.seconds(LINK, 1) == pytest.approx(0.05 + 128 * 0.011)
    assert WORK.efficiency(LINK, 1) == 1


def test_a_ring_sends_each_byte_nearly_twice_and_waits_at_every_hop():
    assert WORK.exchange(LINK, 2) == pytest.approx(10 * 2 * 0.001 + 1.0)
    assert WORK.exchange(LINK, 4) == pytest.approx(10 * 6 * 0.001 + 1.5)
    assert WORK.seconds(LINK, 4) == pytest.approx(0.05 + 0.128 + 0.32 + WORK.exchange(LINK, 4))


def test_workers_pay_as_long_as_half_of_their_time_is_needed():
    free = Link("free", 0.0, 1e30)
    ideal = Work(batch=128, work=0.01, views=0.0, fixed=0.0, gradient=1, exchanges=1)
    assert ideal.paying(free) == 128
    assert WORK.paying(LINK) == 1  # two take 1.9 s, one 1.5
    counts = [WORK.paying(link) for link in NETWORKS]
    assert counts == sorted(counts)  # a faster network never pays less
    for link, count in zip(NETWORKS, counts, strict=True):
        assert WORK.efficiency(link, count) >= 0.5 > WORK.efficiency(link, 2 * count)


def test_the_model_takes_a_whole_batch_and_half_of_one_apart():
    facts = {"gradient": 1_000_000, "normalisations": 2, "views": 0.128}
    whole, half = (facts | {"step": 0.05 + n * 0.011} for n in (128, 64))
    found = fitted(128, whole, half)
    assert (found.work, found.views, found.fixed) == pytest.approx((0.01, 0.001, 0.05))
    assert (found.gradient, found.exchanges) == (1_000_000, exchanges(2)) == (1_000_000, 12)
