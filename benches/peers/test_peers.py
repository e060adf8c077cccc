"""Tests of the generator and of the judging, without peers and without a network: `python3 -m unittest` in this folder."""
import argparse
import hashlib
import json
import sys
import tempfile
import unittest
from itertools import combinations
from pathlib import Path
from random import Random

import corpus
import run
import score

ARTICLES = 400


def naive_components(count: int, links: list[tuple[int, int]]) -> list[int]:
    labels = list(range(count))
    for _ in range(count):
        for a, b in links:
            labels[a] = labels[b] = min(labels[a], labels[b])
    return labels


class Corpus(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.lines, cls.pairs = corpus.generate(ARTICLES, (60, 120), seed=7)
        cls.texts = [json.loads(line)["text"] for line in cls.lines]

    def test_bytes_depend_on_the_seed_alone(self) -> None:
        """Not on the hash seed, the number of processes or the version of Python: a change of these bytes makes older records incomparable."""
        told = hashlib.sha256(b"".join(self.lines) + repr(self.pairs).encode()).hexdigest()
        self.assertEqual(told[:16], "d700c74729a4df2f")
        self.assertEqual((self.lines, self.pairs), corpus.generate(ARTICLES, (60, 120), seed=7, processes=1))
        self.assertNotEqual(self.lines, corpus.generate(ARTICLES, (60, 120), seed=8)[0])

    def test_size_and_scripts(self) -> None:
        self.assertEqual(len(self.lines), ARTICLES)
        self.assertEqual([json.loads(line)["id"] for line in self.lines], [f"{number:07}" for number in range(ARTICLES)])
        arabic = sum("\u0627" in text for text in self.texts)
        self.assertAlmostEqual(arabic / ARTICLES, .5, delta=.05)

    def test_planted_resemblance_is_exact(self) -> None:
        for a, b, shared, either, _ in self.pairs:
            x, y = corpus.shingles(self.texts[a]), corpus.shingles(self.texts[b])
            self.assertEqual((len(x & y), len(x | y)), (shared, either))

    def test_nothing_else_resembles(self) -> None:
        planted = {(a, b) for a, b, *_ in self.pairs}
        sets = list(map(corpus.shingles, self.texts))
        worst = max(len(sets[a] & sets[b]) / len(sets[a] | sets[b]) for a, b in combinations(range(ARTICLES), 2) if (a, b) not in planted)
        self.assertLess(worst, .01)

    def test_every_bin_has_pairs_and_templates_stay_below(self) -> None:
        copies = [shared / either for *_, shared, either, kind in self.pairs if kind == "copy"]
        for low, high in (*score.BINS, (0, .7), (1, 1.01)):
            self.assertTrue(any(low <= r < high for r in copies), low)
        templates = [shared / either for *_, shared, either, kind in self.pairs if kind == "template"]
        self.assertTrue(templates and max(templates) < .7)

    def test_hot_articles_are_one_group(self) -> None:
        lines, pairs = corpus.generate(30, (60, 120), seed=1, kind="hot")
        sets = [corpus.shingles(json.loads(line)["text"]) for line in lines]
        self.assertTrue(all(len(x & y) / len(x | y) > .7 for x, y in combinations(sets, 2)))
        self.assertEqual(pairs, [])

    def test_short_text_is_one_shingle(self) -> None:
        self.assertEqual(corpus.shingles("Ab, cd."), {("ab", "cd")})
        self.assertEqual(corpus.shingles("a b c d e f"), {tuple("abcde"), tuple("bcdef")})

    def test_range_of_words(self) -> None:
        self.assertEqual(corpus.span("300-600"), (300, 600))
        for bad in ("300", "600-300", "a-b", "1-5", ""):
            with self.assertRaises(argparse.ArgumentTypeError):
                corpus.span(bad)


class Score(unittest.TestCase):
    # Articles 0 to 2 are a chain at .8 whose ends are at .6; 3 and 4 are a template; 5 is alone.
    PAIRS = [(0, 1, 8, 10, "copy"), (1, 2, 8, 10, "copy"), (0, 2, 6, 10, "copy"), (3, 4, 5, 10, "template")]

    def test_components_match_the_naive_ones(self) -> None:
        rng = Random(1)
        for _ in range(50):
            links = [(rng.randrange(12), rng.randrange(12)) for _ in range(rng.randrange(12))]
            self.assertEqual(score.components(12, links), naive_components(12, links))

    def test_perfect_grouping(self) -> None:
        found = score.score(self.PAIRS, list("aaabcd"), .7)
        self.assertEqual((found["precision"], found["recall"], found["templates_glued"], found["template_pairs"], found["groups"]), (1, 1, 0, 1, 4))
        self.assertEqual(found["recall_by_resemblance"], {"0.70": None, "0.75": None, "0.80": 1, "0.90": None})

    def test_missed_and_glued(self) -> None:
        found = score.score(self.PAIRS, list("aabccd"), .7)
        self.assertEqual((found["precision"], found["recall"], found["templates_glued"]), (1 / 2, 1 / 3, 1))
        self.assertEqual(found["recall_by_resemblance"]["0.80"], .5)

    def test_threshold_is_included(self) -> None:
        self.assertEqual(score.score([(0, 1, 7, 10, "copy")], list("aa"), .7)["precision"], 1)

    def test_nothing_grouped(self) -> None:
        found = score.score(self.PAIRS, list("abcdef"), .7)
        self.assertEqual((found["precision"], found["recall"]), (None, 0))

    def test_files(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            corpus.write(Path(folder), [b"{}\n"], self.PAIRS)
            self.assertEqual(score.read_pairs(Path(folder, "pairs.tsv")), self.PAIRS)
            labels = Path(folder, "labels")
            labels.write_text('{"id":"1","copies":"x"}\n{"id":"2","copies":"x"}\n')
            self.assertEqual(score.read_labels(labels), ["x", "x"])
            labels.write_text("0\n0\n2\n")
            self.assertEqual(score.read_labels(labels), ["0", "0", "2"])


class Once(unittest.TestCase):
    def once(self, code: str, **limits: float) -> run.Cost:
        with tempfile.TemporaryDirectory() as folder:
            bench = run.Bench([], Path(folder), **{"limit": 60, "memory": 8, "threshold": .7, **limits})
            return bench.once(run.Tool("a", "1", lambda *_: [sys.executable, "-c", code]), Path("corpus"), Path("labels"))

    def test_cost_counts_children(self) -> None:
        busy = "sum(range(4_000_000))"
        alone = self.once(busy)
        parent = self.once(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}])")
        self.assertGreater(parent.cpu, alone.cpu * .6)
        self.assertLess(alone.peak, 64)

    def test_limits(self) -> None:
        with self.assertRaisesRegex(run.Unfinished, "more than 0.2 s"):
            self.once("import time; time.sleep(30)", limit=.2)
        with self.assertRaisesRegex(run.Unfinished, "more than 0.5 GiB"):
            self.once("bytearray(1 << 30)", memory=.5)

    def test_failure_is_told(self) -> None:
        with self.assertRaisesRegex(SystemExit, "(?s)a failed with status 3:.*why"):
            self.once("import sys; print('why', file=sys.stderr); sys.exit(3)")


class Table(unittest.TestCase):
    ROW = {"tool": "a", "version": "1", "cpu_s": 1.5, "wall_s": 1, "peak_mib": 10, "mb_per_cpu_s": 2, "cpu_ratio": {"median": 5, "min": 4, "max": 6}}

    def test_rows(self) -> None:
        over = {"tool": "b", "version": "2", "unfinished": "more than 9 s"}
        lines = run.table([self.ROW, over], run.TOOL | run.COST).splitlines()
        self.assertEqual(len(set(map(len, lines))), 1)
        self.assertEqual([cell.strip() for cell in lines[2].split("|")[1:-1]], ["a 1", "1.50", "1.00", "10", "2.0", "5.00 (4.00–6.00)"])
        self.assertEqual([cell.strip() for cell in lines[3].split("|")[1:-1]], ["b 2", "more than 9 s", "", "", "", ""])

    def test_record_names_a_machine_once(self) -> None:
        part = {"mode": "compare", "title": "one", "machine": {"cpu": "X", "packages": {"p": "1"}}, "rows": [self.ROW]}
        told = run.render({"date": "2000-01-01", "parts": {"one": part, "two": {**part, "title": "two"}}})
        self.assertEqual((told.count("* cpu: X"), told.count("* packages: p 1"), told.count("## ")), (1, 1, 2))


if __name__ == "__main__":
    unittest.main()
