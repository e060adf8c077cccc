#!/usr/bin/env python3
"""Judge one grouping of a synthetic corpus by its planted pairs; print what was found as JSON.

  score.py FOLDER LABELS [--threshold 0.7]

LABELS has one group name a line, in the order of the corpus, or samestory's rows. The truth is computed: the connected components of the planted
pairs whose exact resemblance is at least the threshold. Articles of different groups of the generator resemble each other by chance only, below .01.
"""
import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from corpus import Pair

BINS = ((.70, .75), (.75, .80), (.80, .90), (.90, 1.01))


def read_pairs(path: Path) -> list[Pair]:
    with open(path, encoding="ascii") as lines:
        rows = (line.rstrip("\n").split("\t") for line in lines)
        return [(int(a), int(b), int(shared), int(either), kind) for a, b, shared, either, kind in rows]


def read_labels(path: Path) -> list[str]:
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line)["copies"] if line.startswith("{") else line.rstrip("\n") for line in lines]


def components(count: int, links: Iterable[tuple[int, int]]) -> list[int]:
    """The smallest member of each one's connected component."""
    parent = list(range(count))

    def find(one: int) -> int:
        while parent[one] != one:
            parent[one] = one = parent[parent[one]]
        return one

    for a, b in links:
        low, high = sorted((find(a), find(b)))
        parent[high] = low
    return [find(one) for one in range(count)]


def together(labels: Iterable) -> int:
    """The number of pairs under one label."""
    return sum(size * (size - 1) // 2 for size in Counter(labels).values())


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def score(pairs: Sequence[Pair], labels: Sequence[str], threshold: float) -> dict:
    """Recall by bin of exact resemblance, precision and recall of pairs against the exact components, and templates glued.

    A template counts as glued when two of its statements are under one label though the exact components keep them apart.
    """
    resemblance = [shared / either for _, _, shared, either, _ in pairs]
    truth = components(len(labels), ((a, b) for (a, b, *_), r in zip(pairs, resemblance) if r >= threshold))
    right = together(zip(labels, truth))
    found = {}
    for low, high in BINS:
        hits = [labels[a] == labels[b] for (a, b, *_), r in zip(pairs, resemblance) if low <= r < high]
        found[f"{low:.2f}"] = share(sum(hits), len(hits))
    apart = [labels[a] == labels[b] for a, b, *_, kind in pairs if kind == "template" and truth[a] != truth[b]]
    return {
        "groups": len(set(labels)),
        "recall_by_resemblance": found,
        "precision": share(right, together(labels)),
        "recall": share(right, together(truth)),
        "templates_glued": sum(apart),
        "template_pairs": len(apart),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--threshold", type=float, default=.7)
    args = parser.parse_args()
    labels = read_labels(args.labels)
    with open(args.folder / "corpus.jsonl", "rb") as corpus:
        articles = sum(1 for _ in corpus)
    if len(labels) != articles:
        raise SystemExit(f"{len(labels)} labels for {articles} articles")
    print(json.dumps(score(read_pairs(args.folder / "pairs.tsv"), labels, args.threshold)))


if __name__ == "__main__":
    main()
