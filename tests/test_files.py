"""Files are replaced in one go."""

import os
import subprocess
import sys
import threading
import time

import pytest

from fmnist_core import files


def test_two_writers_never_meet_and_readers_find_whole_files(tmp_path):
    path, problems = tmp_path / "card.json", []
    files.replace_file(path, lambda file: file.write_text("0" * 5000, "utf-8"))

    def write(letter):
        try:
            for _ in range(150):
                files.replace_file(path, lambda file: file.write_text(letter * 5000, "utf-8"))
        except Exception as cause:
            problems.append(cause)

    writers = [threading.Thread(target=write, args=(letter,)) for letter in "abcd"]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        text = path.read_text("utf-8")
        assert len(text) == 5000
        assert len(set(text)) == 1
    assert problems == []
    assert list(tmp_path.iterdir()) == [path]


def test_a_writer_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "card.json"
    path.write_text("before", "utf-8")

    def fail(file):
        file.write_text("half", "utf-8")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        files.replace_file(path, fail)
    assert path.read_text("utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_kill_left_behind_goes_with_the_next_writing(tmp_path):
    path = tmp_path / "card.json"
    old, young = tmp_path / ".unfinished-card.json-old.json", tmp_path / ".unfinished-card.json-new.json"
    for left in (old, young):
        left.write_text("half", "utf-8")
    long_ago = time.time() - 2 * files.LITTER_AGE
    os.utime(old, (long_ago, long_ago))
    files.replace_file(path, lambda file: file.write_text("whole", "utf-8"))
    assert not old.exists()
    assert young.exists()  # somebody may be writing it


def test_a_file_may_be_read_by_others_as_the_mask_says(tmp_path):
    path = tmp_path / "card.json"
    files.write_json(path, {"a": 1})
    plain = tmp_path / "plain"
    plain.write_text("", "utf-8")
    assert path.stat().st_mode == plain.stat().st_mode


def test_files_go_out_together_or_not_at_all(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text("before", "utf-8")

    def fail():
        with files.replace_together(tmp_path, "a", "b") as scratch:
            (scratch / "a").write_text("after", "utf-8")
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        fail()
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == {"a": "before", "b": "before"}
    with files.replace_together(tmp_path, "a", "b") as scratch:
        for name in ("a", "b"):
            (scratch / name).write_text("after", "utf-8")
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == {"a": "after", "b": "after"}


KILLED = """
import os, signal, sys
from pathlib import Path
from fmnist_core import files
with files.replace_together(Path(sys.argv[1]), "a") as scratch:
    (scratch / "a").write_text("half", "utf-8")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no locks that a kill lets go")
def test_a_folder_that_a_kill_left_behind_goes_with_the_next_writing_and_one_in_use_stays(tmp_path):
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    (left,) = tmp_path.iterdir()
    moments_ago = time.time() - 2
    os.utime(left, (moments_ago, moments_ago))
    with files.replace_together(tmp_path, "a") as used:
        assert not left.exists()
        os.utime(used, (moments_ago, moments_ago))
        with files.replace_together(tmp_path, "a") as scratch:
            assert used.exists()
            (scratch / "a").write_text("second", "utf-8")
        (used / "a").write_text("first", "utf-8")
    assert (tmp_path / "a").read_text("utf-8") == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
