"""The project installs, and works from any folder without TensorFlow; versions stated twice agree; git stays light."""

import os
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
from streamlit import config

from fmnist_app import command_line
from fmnist_core.networks import cards
from tests.drivers import ROOT, absent

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
MAX_FILE, MAX_TOTAL = 5_000_000, 37_000_000  # bytes; CONTRIBUTING.md states both
TEXT = {".py", ".md", ".toml", ".txt", ".css", ".js", ".html", ".json", ".yaml", ""}


def requirements(name):
    """Return the lines of a requirements file, without comments, files and options."""
    lines = [line.split("  #")[0].strip() for line in (ROOT / name).read_text("utf-8").splitlines()]
    return [line for line in lines if line and line[0] not in "-#"]


def locked(name):
    """Return the pinned requirements of a lock, each with its number of hashes."""
    entries = re.split(r"^(?=[\w.-]+==)", (ROOT / "locks" / name).read_text("utf-8"), flags=re.MULTILINE)
    return {entry.split(" ")[0]: entry.count("--hash=sha256:") for entry in entries if "==" in entry.split("\n")[0]}


def test_requirements_agree_with_the_project():
    stated = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["train"]]
    assert sorted(stated) == sorted(requirements("requirements.txt"))
    assert not [line for line in PROJECT["dependencies"] if re.match("keras|tensorflow", line)]


@pytest.mark.parametrize(
    ("lock", "stated"),
    [
        ("serve.txt", PROJECT["dependencies"]),
        ("dev.txt", [*requirements("requirements.txt"), *requirements("requirements-dev.txt")]),
    ],
)
def test_locks_hold_what_is_required_each_with_hashes_and_name_no_host(lock, stated):
    entries = locked(lock)
    wanted = {line.split(";")[0].strip() for line in stated}
    assert wanted <= set(entries), f"renew locks/{lock} as CONTRIBUTING.md says"
    assert all(entries.values())
    assert len(entries) > len(wanted)
    assert "://" not in (ROOT / "locks" / lock).read_text("utf-8")
    assert (lock == "serve.txt") == (not any(entry.startswith(("keras==", "tensorflow")) for entry in entries))


def test_the_changelog_tells_of_this_version():
    assert f"## {PROJECT['version']}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the installed package, without what it requires: this environment has that."""
    folder, source = tmp_path_factory.mktemp("installed"), tmp_path_factory.mktemp("source") / "copy"
    shutil.copytree(
        ROOT, source, ignore=shutil.ignore_patterns(".git", "__pycache__", ".*_cache", "build", "*.egg-info")
    )
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), str(source)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        absent(f"pip install . failed: {done.stderr[-500:]}")
    for heavy in ("tensorflow", "keras"):
        (folder / f"{heavy}.py").write_text("raise ImportError('not installed')\n", "utf-8")
    return folder


def fmnist(installed, elsewhere, *arguments):
    environment = {k: v for k, v in os.environ.items() if k != "FMNIST_MODELS_DIR"} | {"PYTHONPATH": str(installed)}
    command = [sys.executable, str(installed / "bin" / "fmnist"), *arguments]
    return subprocess.run(
        command, cwd=elsewhere, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def test_installed_it_answers_from_any_folder_without_tensorflow(installed, tmp_path):
    done = fmnist(installed, tmp_path, "predict", "42", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    here = subprocess.run(
        [sys.executable, "-m", "fmnist_core", "predict", "42", "--json"], cwd=ROOT, capture_output=True, check=True
    )
    assert done.stdout == here.stdout.decode()


def test_installed_it_holds_every_file_of_the_repository(installed):
    for package, folder in (("fmnist_core", "fmnist_core"), ("fmnist_app", "fmnist_app"), ("fmnist_models", "models")):
        files = [p for p in (ROOT / folder).rglob("*") if p.is_file() and "__pycache__" not in p.parts]
        missing = [p for p in files if not (installed / package / p.relative_to(ROOT / folder)).is_file()]
        assert [p.name for p in missing if p.suffix != ".md"] == []
    assert (installed / "fmnist_app" / "settings" / "config.toml").is_file()


def test_installed_every_page_opens_from_any_folder(installed, tmp_path):
    code = """
import sys, streamlit_app
from streamlit.testing.v1 import AppTest
app = AppTest.from_file(streamlit_app.__file__, default_timeout=120).run()
assert not app.exception, app.exception
for page in ("evaluate", "explore", "stress", "train", "garment"):
    app.switch_page(f"fmnist_app/pages/{page}.py").run()
    assert not app.exception, app.exception
from fmnist_core.networks import cards
print(streamlit_app.__file__, cards.MODELS)
"""
    environment = os.environ | {"PYTHONPATH": str(installed)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split() == [str(installed / "streamlit_app.py"), str(installed / "fmnist_models")]


def test_the_command_has_those_of_the_core_and_the_app(capsys):
    with pytest.raises(SystemExit):
        command_line.main(["--help"])
    told = capsys.readouterr().out
    assert "usage: fmnist " in told
    for name in ("predict", "train", "refresh", "app"):
        assert re.search(rf"^    {name} ", told, re.MULTILINE)


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_a_wrong_port_gets_one_sentence(port, capsys):
    assert command_line.main(["app", f"--port={port}"]) == 2
    assert "1..65535" in capsys.readouterr().err


def test_the_app_is_opened_with_its_own_settings_and_with_those_of_the_environment_first(monkeypatch):
    from streamlit.web import cli

    ran = []
    monkeypatch.setattr(cli, "main", lambda arguments, prog_name: ran.append(arguments))
    monkeypatch.setenv("STREAMLIT_SERVER_MAX_UPLOAD_SIZE", "7")
    assert command_line.main(["app", "--port", "8600", "--headless"]) == 0
    (arguments,) = ran
    assert arguments[:2] == ["run", str(ROOT / "streamlit_app.py")]
    assert {"--runner.postScriptGC=false", "--theme.dark.backgroundColor=#0f1115"} <= set(arguments)
    assert {"--server.port=8600", "--server.headless=True"} <= set(arguments)
    assert not [a for a in arguments if a.startswith("--server.maxUploadSize")]


def test_every_setting_is_one_of_streamlits_with_that_variable():
    for key, _ in command_line.settings():
        assert command_line.variable(key) == config._config_options_template[key].env_var


def test_another_folder_of_networks_may_be_named(monkeypatch, tmp_path):
    assert cards.models_folder() == ROOT / "models"
    monkeypatch.setenv("FMNIST_MODELS_DIR", str(tmp_path))
    assert cards.models_folder() == tmp_path


def test_binaries_in_git_stay_within_their_budget():
    """Every clone carries each version of them for ever."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        absent("git is needed, and a clone")
    sizes = {
        path: (ROOT / path).stat().st_size
        for path in listed.stdout.split("\0")
        if path and (ROOT / path).is_file() and (ROOT / path).suffix not in TEXT
    }
    assert sizes
    assert {path: size for path, size in sizes.items() if size > MAX_FILE} == {}
    assert sum(sizes.values()) <= MAX_TOTAL
    stated = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert f"{MAX_FILE // 1_000_000} MB" in stated
    assert f"{MAX_TOTAL // 1_000_000} MB" in stated
