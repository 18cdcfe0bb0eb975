"""Start an app as a person would, and watch its process. Linux only: memory and processor time come from /proc."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parent.parent
BARE, RIVAL, OURS = "bare Streamlit", "typical TensorFlow demo", "this app"
BARE_SLIDER = "bare Streamlit, one slider"
BARE_CONFIGURED = "bare Streamlit, configured as this app"
FILES = {
    BARE: ROOT / "benchmarks" / "bare_app.py",
    BARE_CONFIGURED: ROOT / "benchmarks" / "bare_app.py",
    BARE_SLIDER: ROOT / "benchmarks" / "bare_slider.py",
    RIVAL: ROOT / "benchmarks" / "rival_app.py",
    OURS: ROOT / "streamlit_app.py",
}


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One app on a free port of this machine.

    Ours runs in the repository and finds its configuration there; the others run in an empty folder, that is, with
    Streamlit's defaults; `BARE_CONFIGURED` with a copy of our configuration.

    Args:
        app: a key of `FILES`.
        processors: numbers of the processors that the server may use, or None for all.
        root: the repository, or another state of it.
        log: file that what the server prints is written to; nowhere by default.
    """

    def __init__(self, app: str, processors: set[int] | None = None, log: Path | None = None, root: Path = ROOT):
        self.began = time.perf_counter()
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._folder = tempfile.TemporaryDirectory()
        if app == BARE_CONFIGURED:
            shutil.copytree(ROOT / ".streamlit", Path(self._folder.name) / ".streamlit")
        command = [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            str(root / FILES[app].relative_to(ROOT)),
            "--server.headless=true",
        ]
        command += [f"--server.port={self.port}", "--server.address=127.0.0.1"]
        if processors:
            command = ["taskset", "-c", ",".join(map(str, sorted(processors))), *command]
        self.folder = root if app == OURS else Path(self._folder.name)
        # As on a person's machine, Python keeps what it has compiled.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        # A class that somebody once held on this machine would have its database opened.
        environment.setdefault("FMNIST_CLASS_DIR", self._folder.name)
        with (log or Path(os.devnull)).open("wb") as printed:
            self.process = subprocess.Popen(
                command, cwd=self.folder, env=environment, stdout=printed, stderr=subprocess.STDOUT
            )

    def wait(self) -> None:
        """Wait until the server answers.

        Raises:
            TimeoutError: it does not within two minutes.
        """
        while time.perf_counter() - self.began < 120:
            try:
                with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=2) as answer:
                    if answer.read() == b"ok":
                        return
            except OSError:
                time.sleep(0.02)
        raise TimeoutError(f"{self.address} does not answer")

    def memory_mb(self) -> float:
        """Return the resident memory of the server, MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1000

    def processor_seconds(self) -> float:
        """Return the processor time that the server has used, seconds."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        self.process.wait(30)
        self._folder.cleanup()


def machine() -> str:
    """Return processor, its widest vectors and how many there are, for the heading of a result."""
    facts = Path("/proc/cpuinfo").read_text()
    name = next((line.split(":", 1)[1].strip() for line in facts.splitlines() if "model name" in line), "a processor")
    vectors = next((words for flag, words in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in facts), "no AVX2")
    return f"{name} ({vectors}), {len(os.sched_getaffinity(0))} processors, {time.strftime('%Y-%m-%d')}"


def markdown(headings: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [headings, ["---", *["---:"] * (len(headings) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
