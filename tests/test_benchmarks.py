"""What the benchmarks promise of themselves; no timing."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from benchmarks import answers
from benchmarks.browser import bars_in_words
from benchmarks.serving import BARE, BARE_CONFIGURED, FILES, ROOT, Server
from benchmarks.visitors import crowd


def test_a_bound_that_is_missed_is_told():
    taken = [("cnn", "activation map", 149.0), ("cnn", "occlusion map", 1001.0), ("resnet", "photo", 300.0)]
    assert answers.missed(taken, answers.BOUNDS) == ["occlusion map of cnn: 1001 ms, bound 1000 ms"]


def test_a_benchmark_whose_bound_is_missed_exits_with_1(monkeypatch, capsys):
    monkeypatch.setattr(answers, "network_names", lambda: ("linear",))
    monkeypatch.setattr(answers, "telephone_photo", lambda: answers.samples.jpeg("Boot"))
    monkeypatch.setattr(answers, "ROUNDS", 1)
    for bound, code in ((1e9, 0), (0, 1)):
        monkeypatch.setattr(answers, "BOUNDS", dict.fromkeys(answers.BOUNDS, bound))
        assert answers.main() == code
    assert "bound 0 ms" in capsys.readouterr().err


def test_the_bare_app_runs_in_this_apps_configuration_too():
    assert FILES[BARE] == FILES[BARE_CONFIGURED]
    with Server(BARE_CONFIGURED) as server:
        copied = (server.folder / ".streamlit" / "config.toml").read_text("utf-8")
        server.wait()
        with ThreadPoolExecutor(1) as thread:
            times, errors = thread.submit(asyncio.run, crowd(server.address, None, 2, 2, 0.1)).result()
    assert copied == (ROOT / ".streamlit" / "config.toml").read_text("utf-8")
    assert (len(times), errors) == (4, [])


def test_the_bars_that_the_benchmark_waits_for_are_those_of_the_page():
    from fmnist_app.widgets.stage import bars_html
    from fmnist_core import Network, default_network, load_test

    network = Network(default_network())
    probs = network.probabilities(network.stored_logits.test[4093])
    drawn = bars_html(probs, int(load_test().labels[4093]))
    cells = [cell.split("</i>")[1].split("</td>")[0] for cell in drawn.split("<td>")[1:]]
    assert bars_in_words()[4093] == ",".join(cells)
