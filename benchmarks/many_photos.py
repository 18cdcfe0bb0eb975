"""Many photos on two processors: `python -m benchmarks.many_photos [--files 10000]`.

The command `photo` over a folder, with one process and with two, in turn; then over all files, while the memory of its
processes is watched. Exits with 1 when a bound is missed.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.serving import machine, markdown
from fmnist_core.photos import samples

SOME = 200  # files of one round
FASTER, MAX_MB = 1.8, 1_000  # with two processes; of all processes together


def fill(folder: Path, files: int) -> None:
    """Write so many photos: our samples, under many names."""
    folder.mkdir()
    contents = [samples.jpeg(name) for name in samples.SAMPLES]
    for number in range(files):
        (folder / f"{number:05}.jpg").write_bytes(contents[number % len(contents)])


def megabytes(process: int) -> float:
    """Return the memory of a process and of those that it started; what they share counts once for each."""
    children = Path(f"/proc/{process}/task/{process}/children")
    try:
        below = [int(child) for child in children.read_text("utf-8").split()]
        status = Path(f"/proc/{process}/status").read_text("utf-8")
    except OSError:  # it has ended
        return 0.0
    own = next((int(line.split()[1]) / 1000 for line in status.splitlines() if line.startswith("VmRSS")), 0.0)
    return own + sum(map(megabytes, below))


def run(folder: Path, processes: int, report: Path) -> tuple[float, list[float]]:
    """Return the seconds that the command takes, and its memory now and then."""
    command = [sys.executable, "-m", "fmnist_core", "photo", "--folder", str(folder), "--output", str(report)]
    began, memory = time.perf_counter(), []
    with subprocess.Popen([*command, f"--processes={processes}"], stdout=subprocess.DEVNULL) as working:
        while working.poll() is None:
            memory.append(megabytes(working.pid))
            time.sleep(0.25)
    if working.returncode:
        raise RuntimeError(f"exit code {working.returncode}")
    return time.perf_counter() - began, memory


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:2]))
    seconds: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as scratch:
        some, all_ = Path(scratch) / "some", Path(scratch) / "all"
        fill(some, SOME)
        for number in range(args.rounds):
            for processes, times in seconds.items():
                times.append(run(some, processes, Path(scratch) / f"{number}-{processes}.jsonl")[0])
        fill(all_, args.files)
        took, memory = run(all_, 2, Path(scratch) / "all.jsonl")
        lines = (Path(scratch) / "all.jsonl").read_text("utf-8").splitlines()
    one, two = (statistics.median(times) for times in seconds.values())
    early, most = max(memory[: len(memory) // 4 + 1]), max(memory)
    rows = [
        [f"{SOME} photos, one process", f"{one:.1f} s", ""],
        [f"{SOME} photos, two", f"{two:.1f} s, {one / two:.2f} x", f"at least {FASTER} x"],
        [f"{len(lines):,} photos, two", f"{took:.0f} s, {1000 * took / max(len(lines), 1):.0f} ms each", ""],
        ["memory of all its processes", f"{early:.0f} MB in the first quarter, {most:.0f} at most", f"{MAX_MB} MB"],
    ]
    print(machine() + "\n")
    print(markdown(["What", "Measured", "Bound"], rows))
    return int(one / two < FASTER or most > MAX_MB or len(lines) != args.files)


if __name__ == "__main__":
    sys.exit(main())
