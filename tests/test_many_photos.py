"""`photo` over many photos: in processes, written as it goes, taken up again after a kill."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fmnist_core.__main__ import main
from fmnist_core.commands import many_photos
from fmnist_core.commands.many_photos import COLUMNS
from fmnist_core.photos import samples
from tests.drivers import ROOT, until

COMMAND = [sys.executable, "-m", "fmnist_core", "photo", "--model", "tiny", "--processes", "2"]
EXPECTED = {"Boot": "Ankle boot", "Bag": "Bag"}


@pytest.fixture
def pictures(tmp_path):
    """A folder with 24 pictures, one of them broken, and something else."""
    folder = tmp_path / "pictures"
    (folder / "below").mkdir(parents=True)
    made = {name: samples.jpeg(name) for name in EXPECTED}
    for number in range(23):
        where = folder / "below" if number % 2 else folder
        name = list(EXPECTED)[number % 2]
        (where / f"{number:02}-{name}.jpg").write_bytes(made[name])
    (folder / "99-broken.png").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("no picture either")
    return folder


def run(*arguments, **options):
    return subprocess.run([*COMMAND, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, **options)


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_folder_becomes_json_lines_and_a_table_and_is_taken_up_after_a_kill(pictures, tmp_path):
    report, table = tmp_path / "report.jsonl", tmp_path / "report.csv"
    arguments = ["--folder", str(pictures), "--output", str(report), "--output", str(table)]
    with subprocess.Popen([*COMMAND, *arguments], cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True) as work:
        until(lambda: report.exists() and report.read_bytes().count(b"\n") >= 3)
        os.killpg(work.pid, signal.SIGKILL)
    before = report.read_bytes()
    assert 3 <= before.count(b"\n") < 24
    report.write_bytes(before + b'{"file": "half a li')
    done = run(*arguments)
    assert done.returncode == 1  # one is broken
    assert "were there already" in done.stderr
    assert report.read_bytes().startswith(before)
    results = lines(report)
    files = [result["file"] for result in results]
    assert len(files) == len(set(files)) == 24
    for result in results:
        name = result["file"].rpartition("-")[2].removesuffix(".jpg")
        assert result.get("predicted_class") == EXPECTED.get(name)
        assert ("error" in result) == ("broken" in result["file"])
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["file"] for row in rows) == sorted(files)
    assert {row["predicted_class"] for row in rows} == {*EXPECTED.values(), ""}
    again = run(*arguments)
    assert (again.returncode, again.stdout) == (0, "")
    assert "0 photos done, 24 were there already" in again.stderr


def test_names_come_in_a_stream_and_answers_go_out_before_it_ends(pictures):
    boot = next(pictures.glob("*Boot.jpg"))
    with subprocess.Popen(
        [*COMMAND, "-", "--json"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as work:
        for _ in range(9):  # more than are on their way at once
            work.stdin.write(f"{boot}\n")
        work.stdin.flush()
        first = json.loads(work.stdout.readline())
        assert (first["file"], first["predicted_class"]) == (str(boot), "Ankle boot")
        work.stdin.write("nowhere.jpg\n")
        work.stdin.close()
        rest = [json.loads(line) for line in work.stdout]
    assert len(rest) == 9
    assert "error" in rest[-1]
    assert work.returncode == 1


def _open():
    """Prepare nothing."""


def _work(file):
    if file == "bomb":
        os._exit(9)
    return {"file": file}


def test_a_photo_that_ends_its_process_is_told_of_and_names_are_read_no_further_than_needed():
    read = []

    def names():
        for name in (*map(str, range(10)), "bomb", *map(str, range(11, 30))):
            read.append(name)
            yield name

    found = many_photos.each(names(), _work, _open, (), 1)
    assert next(found) == {"file": "0"}
    assert len(read) == many_photos.AHEAD
    results = [{"file": "0"}, *found]
    assert [result["file"] for result in results] == read
    assert [result["file"] for result in results if "error" in result] == ["bomb"]


def test_a_process_that_ends_while_the_next_name_is_awaited_ends_nothing_else():
    def names():
        yield "0"
        yield "bomb"
        time.sleep(3)  # the pool has broken by now
        yield "1"
        yield "2"

    results = list(many_photos.each(names(), _work, _open, (), 1))
    assert [result["file"] for result in results] == ["0", "bomb", "1", "2"]
    assert [result["file"] for result in results if "error" in result] == ["bomb"]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_an_empty_line_in_a_report_is_no_matter(tmp_path, kind, capsys):
    (tmp_path / "boot.jpg").write_bytes(samples.jpeg("Boot"))
    again = ["photo", "--model", "tiny", str(tmp_path / "boot.jpg"), "--output", str(tmp_path / f"r.{kind}")]
    assert main([*again, "--processes", "1"]) == 0
    report = tmp_path / f"r.{kind}"
    whole = report.read_text("utf-8")
    report.write_text(f"{whole}\n", "utf-8")
    assert main([*again, "--processes", "1"]) == 0
    assert "1 were there already" in capsys.readouterr().err
    assert report.read_text("utf-8").rstrip() == whole.rstrip()


def test_names_are_kept_as_they_were_given(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("boot.jpg").write_bytes(samples.jpeg("Boot"))
    again = ["photo", "--model", "tiny", "--folder", ".", "--output", "r.jsonl", "--processes", "1"]
    for skipped in ("", "1 were there already"):
        assert main(again) == 0
        assert skipped in capsys.readouterr().err
    assert [json.loads(line)["file"] for line in Path("r.jsonl").read_text("utf-8").splitlines()] == ["./boot.jpg"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "a file, - or --folder was expected, received none"),
        (["--folder", "/no/such"], "a folder was expected, received '/no/such'"),
        (["x.jpg", "--output", "x.txt"], "a file ending in .jsonl or .csv was expected, received 'x.txt'"),
        (["x.jpg", "--output", "r.csv", "--output", "./r.csv"], "each --output must name another file"),
        (["x.jpg", "--processes", "0"], "must be a whole number 1..1024, received '0'"),
    ],
)
def test_wrong_arguments_are_told_in_a_sentence(arguments, sentence, capsys):
    assert main(["photo", "--model", "tiny", *arguments]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", "[1]\n"),
        ("a.jsonl", "words\n"),
        ("a.jsonl", "words"),
        ("a.csv", "other,columns\n"),
        ("a.csv", "other"),
        ("a.csv", f"{','.join(COLUMNS)}\nx.jpg\n"),
        ("a.csv", f"{','.join(COLUMNS)}\nx.jpg,Shirt,0.9,True,,resnet\n"),
        ("a.jsonl", '{"file": "x.jpg", "model": "resnet"}\n'),
        ("a.jsonl", "[" * 100_000 + "\n"),
    ],
)
def test_a_file_that_is_no_report_is_left_alone(tmp_path, name, content, capsys):
    path = tmp_path / name
    path.write_text(content)
    assert main(["photo", "x.jpg", "--model", "tiny", "--output", str(path)]) == 2
    assert "a report of this command that can be written was expected" in capsys.readouterr().err
    assert path.read_text() == content
