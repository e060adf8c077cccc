#!/usr/bin/env python3
"""Compare samestory with other near-duplicate tools on one synthetic corpus, turn by turn.

  run.py [--articles 10000] [--words 300-600] [--runs 5] [--peers gaoya,rensa,…] [--record]    cost and quality side by side
  run.py --curve 1000,10000,100000 [--limit SECONDS] [--record]                               cost by size
  run.py --hot 2000,4000,8000,100000 [--limit SECONDS] [--record]                             near-identical articles against distinct ones

Installs the peers into a virtual environment below target/ on the first run, which needs the network. See README.md beside this file.
"""
import argparse
import datetime
import hashlib
import json
import os
import platform
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from corpus import span
from peers import PEERS
from score import BINS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
RECORDS = HERE / "records"
REQUIREMENTS, TEXT_DEDUP = HERE / "requirements.txt", HERE / "requirements-text-dedup.txt"
TEXT_DEDUP_PIN = "text-dedup==0.4.0"
SETTINGS = "--level copies --containment off --shingle 5 --num-hashes 128 --linkage single --format jsonl"
MIB, GIB = 1 << 20, 1 << 30
MAXRSS = 1 if sys.platform == "darwin" else 1024  # the unit of ru_maxrss in bytes


@dataclass(frozen=True)
class Tool:
    name: str
    version: str
    # The command for a corpus and a file of labels; samestory writes its rows to standard output instead.
    command: Callable[[Path, Path], list]
    labels_on_stdout: bool = False


@dataclass(frozen=True)
class Cost:
    """What one run took. CPU seconds are user and system time of the process and its children; peak is that of its largest process."""

    cpu: float
    wall: float
    peak: float


class Unfinished(Exception):
    """A run was stopped; says at which limit."""


@dataclass(frozen=True)
class Bench:
    tools: list[Tool]
    cache: Path
    limit: float
    memory: float
    threshold: float

    def once(self, tool: Tool, corpus: Path, labels: Path) -> Cost:
        """Runs a tool in a process of its own. The driver stays small, since a child's peak counts from its parent's size."""
        def bound_memory() -> None:
            resource.setrlimit(resource.RLIMIT_AS, (int(self.memory * GIB), resource.getrlimit(resource.RLIMIT_AS)[1]))

        with tempfile.TemporaryDirectory(dir=self.cache) as folder, tempfile.TemporaryFile() as errors:
            with open(labels if tool.labels_on_stdout else os.devnull, "wb") as out:
                start = time.perf_counter()
                process = subprocess.Popen(
                    list(map(str, tool.command(corpus, labels))), cwd=folder, stdout=out, stderr=errors, start_new_session=True,
                    preexec_fn=bound_memory, env={**os.environ, "TMPDIR": folder},
                )
            late = threading.Event()
            timer = threading.Timer(self.limit, lambda: (late.set(), os.killpg(process.pid, signal.SIGKILL)))
            timer.start()
            try:
                _, status, usage = os.wait4(process.pid, 0)
            except KeyboardInterrupt:
                os.killpg(process.pid, signal.SIGKILL)
                raise
            finally:
                timer.cancel()
            wall = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            if late.is_set():
                raise Unfinished(f"more than {self.limit:g} s")
            if process.returncode:
                errors.seek(0)
                said = errors.read().decode(errors="replace").strip()
                if re.search(r"MemoryError|bad_alloc|memory allocation|[Oo]ut of memory|Cannot allocate|mmap", said):
                    raise Unfinished(f"more than {self.memory:g} GiB")
                sys.exit(f"{tool.name} failed with status {process.returncode}:\n{said[-2000:]}")
        return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * MAXRSS / MIB)

    def corpus(self, articles: int, words: tuple[int, int], seed: int, kind: str = "news") -> Path:
        """The folder of a corpus, which is made on first use and whenever the generator has changed."""
        generator = HERE / "corpus.py"
        state = hashlib.sha256(generator.read_bytes()).hexdigest()[:8]
        low, high = words
        folder = self.cache / f"{kind}-{articles}-{low}-{high}-{seed}-{state}"
        if not (folder / "pairs.tsv").exists():
            say(f"generating {articles} articles ({kind})")
            options = ["--articles", articles, "--words", f"{low}-{high}", "--seed", seed, "--kind", kind]
            check([sys.executable, generator, folder, *options])
        return folder


    def judge(self, folder: Path, labels: Path) -> dict:
        """The score of a file of labels, computed in a process of its own so that the driver stays small."""
        return json.loads(check([sys.executable, HERE / "score.py", folder, labels, "--threshold", self.threshold]))


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def check(command: Sequence, **options) -> str:
    """Standard output of a command that must succeed."""
    try:
        return subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, text=True, **options).stdout
    except FileNotFoundError:
        sys.exit(f"{command[0]} is not installed")
    except subprocess.CalledProcessError as error:
        sys.exit(f"{Path(str(command[0])).name} failed with status {error.returncode}")


def install(cache: Path) -> Path:
    """The Python of a virtual environment with the pinned peers. Without text-dedup where that cannot be installed."""
    pins = REQUIREMENTS.read_bytes() + TEXT_DEDUP.read_bytes()
    folder = cache / f"venv-{hashlib.sha256(pins).hexdigest()[:8]}-{platform.python_version()}"
    python, done = folder / "bin" / "python", folder / "installed"
    if not done.exists():
        say("installing the peers (once)")
        venv.create(folder, clear=True, with_pip=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if subprocess.run([*pip, "-r", str(REQUIREMENTS)]).returncode:
            sys.exit("the peers cannot be installed: see the message above; this step needs the network")
        # First what it needs, then it alone: see the requirements for why.
        if any(subprocess.run([*pip, *what]).returncode for what in (["-r", str(TEXT_DEDUP)], ["--no-deps", TEXT_DEDUP_PIN])):
            say("text-dedup cannot be installed and is left out")
        done.touch()
    return python


def install_ours(python: Path) -> None:
    """samestory's own module, as it stands."""
    say("installing the module")
    if subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--force-reinstall", "--no-deps", ROOT / "python"]).returncode:
        say("the module cannot be installed")


def build() -> Path:
    """samestory, built for release as it stands."""
    say("building samestory")
    messages = check(["cargo", "build", "--release", "--locked", "--quiet", "--bin", "samestory", "--message-format=json"], cwd=ROOT)
    for line in messages.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "samestory":
            return Path(message["executable"])
    sys.exit("cargo named no executable")


def tools(samestory: Path, python: Path, names: Sequence[str], packages: dict[str, str], threshold: float) -> list[Tool]:
    """samestory first."""
    version = check([samestory, "--version"]).split()[-1]
    flags = ["--resemblance", threshold, *SETTINGS.split(), "--quiet"]
    found = [Tool("samestory", version, lambda corpus, _: [samestory, "cluster", corpus, *flags], labels_on_stdout=True)]
    for name in names:
        if package := packages.get(PEERS[name][0].lower()):
            command = partial(lambda name, corpus, labels: [python, HERE / "peers.py", name, corpus, labels, "--threshold", threshold], name)
            found.append(Tool(name, package, command))
        else:
            say(f"{name} is not installed and left out")
    return found


def median(costs: Sequence[Cost], megabytes: float) -> dict:
    cpu, wall, peak = (statistics.median(getattr(cost, field) for cost in costs) for field in ("cpu", "wall", "peak"))
    return {"cpu_s": round(cpu, 3), "wall_s": round(wall, 3), "peak_mib": round(peak, 1), "mb_per_cpu_s": round(megabytes / cpu, 2)}


def megabytes(folder: Path) -> float:
    return (folder / "corpus.jsonl").stat().st_size / 1e6


def compare(bench: Bench, args: argparse.Namespace) -> tuple[str, list[dict]]:
    """Every run of a peer follows one of samestory, and ratios are taken within such pairs, so that a drift of the machine hits both."""
    folder = bench.corpus(args.articles, args.words, args.seed)
    corpus, size = folder / "corpus.jsonl", megabytes(folder)
    ours, *peers = bench.tools
    mine, rows = list[Cost](), list[dict]()

    def row(tool: Tool) -> dict:
        """The first run is not measured: it warms the caches and gives the labels."""
        labels = bench.cache / f"{tool.name}.labels"
        say(f"{tool.name}: quality")
        try:
            bench.once(tool, corpus, labels)
        except Unfinished as why:
            return {"tool": tool.name, "version": tool.version, "unfinished": str(why)}
        return {"tool": tool.name, "version": tool.version, **bench.judge(folder, labels)}

    own = row(ours)
    for peer in peers:
        found = row(peer)
        rows.append(found)
        theirs, ratios = list[Cost](), list[float]()
        for number in range(args.runs if "unfinished" not in found else 0):
            say(f"{peer.name}: run {number + 1} of {args.runs}")
            mine.append(bench.once(ours, corpus, bench.cache / "samestory.labels"))
            theirs.append(bench.once(peer, corpus, bench.cache / f"{peer.name}.labels"))
            ratios.append(theirs[-1].cpu / mine[-1].cpu)
        if theirs:
            spread = {"median": statistics.median(ratios), "min": min(ratios), "max": max(ratios)}
            found |= median(theirs, size) | {"cpu_ratio": {name: round(value, 2) for name, value in spread.items()}}
    if not mine:
        mine = [bench.once(ours, corpus, bench.cache / "samestory.labels") for _ in range(args.runs)]
    title = f"{args.articles:,} articles of {'–'.join(map(str, args.words))} words, {size:.1f} MB, seed {args.seed}; medians of {args.runs} runs"
    return title, [own | median(mine, size), *rows]


def climb(bench: Bench, sizes: Sequence[int], folders: Callable[[int], dict[str, Path]]) -> list[dict]:
    """Each tool once on the corpora of every size, upward; a tool that went over the limit is not tried on more."""
    rows, over = list[dict](), set[str]()
    for articles in sorted(sizes):
        made = folders(articles)
        first: dict[str, float] = {}
        for tool in bench.tools:
            for kind, folder in made.items():
                row = {"articles": articles, "kind": kind, "mb": round(megabytes(folder), 1), "tool": tool.name, "version": tool.version}
                rows.append(row)
                if tool.name + kind in over:
                    row["unfinished"] = "not tried"
                    continue
                say(f"{articles} articles ({kind}): {tool.name}")
                labels = bench.cache / f"{tool.name}.labels"
                try:
                    row |= median([bench.once(tool, folder / "corpus.jsonl", labels)], megabytes(folder))
                except Unfinished as why:
                    over.add(tool.name + kind)
                    row["unfinished"] = str(why)
                    continue
                row["groups"] = bench.judge(folder, labels)["groups"]
                if kind in first:
                    row["cpu_ratio"] = {"median": round(row["cpu_s"] / first[kind], 2)}
                elif tool is bench.tools[0]:
                    first[kind] = row["cpu_s"]
    return rows


def curve(bench: Bench, args: argparse.Namespace) -> tuple[str, list[dict]]:
    rows = climb(bench, args.curve, lambda articles: {"news": bench.corpus(articles, args.words, args.seed)})
    return f"By size: articles of {'–'.join(map(str, args.words))} words, seed {args.seed}; one run each", rows


def hot(bench: Bench, args: argparse.Namespace) -> tuple[str, list[dict]]:
    kinds = ("hot", "distinct")
    rows = climb(bench, args.hot, lambda articles: {kind: bench.corpus(articles, args.words, args.seed, kind) for kind in kinds})
    return f"One article n times, a word changed each time, against n distinct ones of {'–'.join(map(str, args.words))} words; one run each", rows


def ratio(row: dict) -> str:
    found = row.get("cpu_ratio")
    if not found:
        return ""
    return f"{found['median']:.2f}" + (f" ({found['min']:.2f}–{found['max']:.2f})" if "min" in found else "")


def number(row: dict, field: str, form: str) -> str:
    value = row.get(field)
    return "" if value is None else format(value, form)


COST = {
    "CPU s": lambda row: row.get("unfinished") or number(row, "cpu_s", ".2f"),
    "wall s": lambda row: number(row, "wall_s", ".2f"),
    "peak MiB": lambda row: number(row, "peak_mib", ".0f"),
    "MB per CPU s": lambda row: number(row, "mb_per_cpu_s", ".1f"),
    "peer ÷ samestory, CPU": ratio,
}
TOOL = {"tool": lambda row: f"{row['tool']} {row['version']}"}
QUALITY = {
    f"recall at {low:.2f}–{min(high, 1):.2f}": lambda row, low=low: number(row.get("recall_by_resemblance", {}), f"{low:.2f}", ".3f") for low, high in BINS
} | {
    "precision": lambda row: number(row, "precision", ".3f"),
    "recall of components": lambda row: number(row, "recall", ".3f"),
    "templates glued": lambda row: f"{row['templates_glued']} of {row['template_pairs']}" if "templates_glued" in row else "",
}
SIZE = {"articles": lambda row: f"{row['articles']:,}"}
COLUMNS = {
    "compare": TOOL | COST | QUALITY,
    "curve": SIZE | {"MB": lambda row: str(row["mb"])} | TOOL | COST,
    "hot": SIZE | {"corpus": lambda row: row["kind"]} | TOOL | COST | {"groups": lambda row: number(row, "groups", ",")},
}


def table(rows: Sequence[dict], columns: dict[str, Callable[[dict], str]]) -> str:
    """Markdown, with the cells of a column equally wide."""
    cells = [list(columns), *([cell(row) for cell in columns.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells)]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in cells]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def machine(packages: dict[str, str], args: argparse.Namespace) -> dict:
    """What a reader needs to judge the figures, and nothing that names this machine."""
    cpu = platform.processor() or platform.machine()
    if (info := Path("/proc/cpuinfo")).exists() and (model := re.search(r"model name\s*: (.*)", info.read_text())):
        cpu = model[1]
    pinned = re.findall(r"^([\w-]+)==", REQUIREMENTS.read_text() + TEXT_DEDUP.read_text(), re.MULTILINE)
    names = sorted({*map(str.lower, pinned), "text-dedup"} & packages.keys())
    commit = check(["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT).strip()
    changed = check(["git", "status", "--porcelain", "--", ".", ":!benches/peers/records"], cwd=ROOT)
    built = " but of another build" if args.samestory else " with changes" if changed else ""
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB, 1),
        "kernel": f"{platform.system()} {platform.release()}",
        "rustc": check(["rustc", "--version"], cwd=ROOT).strip(),
        "python": platform.python_version(),
        "commit": commit + built,
        "samestory": f"samestory cluster --resemblance {args.threshold} {SETTINGS}",
        "packages": {name: packages[name] for name in names},
    }


def render(record: dict) -> str:
    """The record as Markdown; the machine is named again only where it differs."""
    lines, before = [f"# Peers, {record['date']}", ""], None
    for mode, part in record["parts"].items():
        lines += [f"## {part['title']}", ""]
        if part["machine"] != before:
            before = part["machine"]
            for name, value in before.items():
                told = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
                lines.append(f"* {name.replace('_gib', ', GiB')}: {told}")
            lines.append("")
        lines += [table(part["rows"], COLUMNS[part["mode"]]), ""]
    return "\n".join(lines)


def save(mode: str, title: str, rows: list[dict], about: dict) -> None:
    """Adds to the record of this day, or replaces the part with the same title."""
    RECORDS.mkdir(exist_ok=True)
    today = datetime.date.today().isoformat()
    path = RECORDS / f"{today}.json"
    record = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"date": today, "parts": {}}
    record["parts"][title] = {"mode": mode, "title": title, "machine": about, "rows": rows}
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(render(record), encoding="utf-8")


def sizes(value: str) -> list[int]:
    """`1000,10000` as numbers, for the command line."""
    try:
        return [int(part) for part in value.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{value!r} is not a list of sizes such as 1000,10000") from None


def names(value: str) -> list[str]:
    """`gaoya,rensa` as names, for the command line."""
    for name in (found := [name for name in value.split(",") if name]):
        if name not in PEERS:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(PEERS)}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--curve", type=sizes, metavar="SIZES", help="cost by number of articles instead")
    what.add_argument("--hot", type=sizes, metavar="SIZES", help="near-identical against distinct articles instead")
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--words", type=span, default=(300, 600), metavar="LOW-HIGH", help="length of an article")
    parser.add_argument("--seed", type=int, default=1, help="of the corpus")
    parser.add_argument("--runs", type=int, default=5, help="measured runs of each peer")
    parser.add_argument("--peers", type=names, default=list(PEERS), metavar="NAMES", help=f"of {', '.join(PEERS)}")
    parser.add_argument("--threshold", type=float, default=.7, help="least resemblance")
    parser.add_argument("--limit", type=float, default=600, metavar="SECONDS", help="wall time after which a run is stopped")
    parser.add_argument("--memory", type=float, metavar="GIB", help="address space of a process, by default three quarters of the memory")
    parser.add_argument("--cache", type=Path, default=ROOT / "target" / "peers", metavar="FOLDER", help="for the peers and the corpora")
    parser.add_argument("--samestory", type=Path, metavar="FILE", help="measure this build instead of a fresh one")
    parser.add_argument("--record", action="store_true", help="add the result to the record of this day")
    args = parser.parse_args()

    memory = args.memory or round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB * .75)
    cache = args.cache.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    samestory = args.samestory.resolve() if args.samestory else build()
    python = install(cache)
    if {"python", "python-rows"} & set(args.peers):
        install_ours(python)
    packages = json.loads(check([python, HERE / "peers.py", "versions"]))
    bench = Bench(tools(samestory, python, args.peers, packages, args.threshold), cache, args.limit, memory, args.threshold)
    mode = "curve" if args.curve else "hot" if args.hot else "compare"
    title, rows = {"compare": compare, "curve": curve, "hot": hot}[mode](bench, args)
    print(f"{title}\n\n{table(rows, COLUMNS[mode])}")
    if args.record:
        save(mode, title, rows, machine(packages, args))


if __name__ == "__main__":
    main()
