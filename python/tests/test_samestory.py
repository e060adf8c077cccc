"""What the module promises: the answers of the command, from whatever holds the articles. Needs pandas, polars and pyarrow, and the
command, built or named by `SAMESTORY`."""

import copy
import csv
import datetime
import decimal
import json
import multiprocessing.pool
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import threading
import unittest
import uuid
import warnings

import fsspec
import numpy
import pandas
import polars
import pyarrow.dataset
import pyarrow.fs
import pyarrow.parquet
import samestory
from samestory.compat import MinHash, MinHashLSH

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMMAND = os.environ.get("SAMESTORY", str(ROOT / "target/release/samestory"))
WIRE = "The envoys met in the old town on Monday and agreed to open the bridge."


def command(*arguments, rows):
    """What the command prints of rows on standard input."""
    given = "".join(json.dumps(row) + "\n" for row in rows).encode()
    return subprocess.run([COMMAND, *arguments], input=given, stdout=subprocess.PIPE, check=True).stdout


def sample():
    """The records of the labelled sample, under their own field names."""
    calls = ROOT / "data/calls"
    rows = json.loads((calls / "en-feed.json").read_text(encoding="utf-8"))
    for name in ["ar-wire.jsonl", "tr-feed.jsonl"]:
        rows += [json.loads(line) for line in (calls / name).read_text(encoding="utf-8").splitlines()]
    for name, delimiter in [("ar-feed.csv", ","), ("ru-feed.tsv", "\t")]:
        with open(calls / name, encoding="utf-8", newline="") as file:
            rows += list(csv.DictReader(file, delimiter=delimiter))
    return rows


class Cluster(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rows = sample()

    def assert_as_command(self, articles, **config):
        flags = [f"--{name.replace('_', '-')}={'off' if value is None else value}" for name, value in config.items()]
        expected = command("cluster", "-q", "--format", "jsonl", *flags, "-", rows=self.rows)
        self.assertEqual(samestory.cluster(articles, **config).dumps(), expected)

    def test_every_table_gives_the_bytes_of_the_command(self):
        for config in [{}, {"level": "copies", "resemblance": 0.7, "shingle": 5, "containment": None, "linkage": "single"}]:
            self.assert_as_command(self.rows, **config)
            self.assert_as_command(iter(self.rows), **config)
            self.assert_as_command(pandas.DataFrame(self.rows), **config)
            self.assert_as_command(polars.DataFrame(self.rows, infer_schema_length=None), **config)
            table = pyarrow.Table.from_pylist([{name: row.get(name) for name in {key for row in self.rows for key in row}} for row in self.rows])
            self.assert_as_command(table, **config)
            self.assert_as_command(table.to_reader(max_chunksize=7), **config)

    def test_threads_change_nothing(self):
        self.assertEqual(samestory.cluster(self.rows, threads=1).dumps(), samestory.cluster(self.rows, threads=3).dumps())

    def test_stories_are_those_of_the_json(self):
        stories = samestory.cluster(self.rows)
        whole = json.loads(command("cluster", "-q", "--format", "json", "-", rows=self.rows))
        self.assertEqual(list(stories), whole["stories"])
        self.assertEqual(stories[-1], whole["stories"][-1])
        self.assertEqual(len(stories), len(whole["stories"]))
        # Only the command counts what it read.
        self.assertEqual({**stories.summary, "bad_input": 0, "skipped_files": 0}, whole["summary"])
        self.assertEqual(stories[1:3], whole["stories"][1:3])
        with self.assertRaises(IndexError):
            stories[len(stories)]

    def test_tables_hold_the_rows(self):
        stories = samestory.cluster(self.rows)
        lines = [json.loads(line) for line in stories.dumps().splitlines()]
        self.assertEqual(stories.to_arrow().to_pylist(), lines)
        self.assertEqual(polars.DataFrame(stories).to_dicts(), lines)
        self.assertEqual(pyarrow.table(stories).to_pylist(), lines)
        self.assertEqual(stories.to_pandas()["story"].tolist(), [line["story"] for line in lines])
        for only in ["representatives", "stories"]:
            self.assertEqual(stories.to_arrow(only).to_pylist(), [json.loads(line) for line in stories.dumps(only=only).splitlines()])
        self.assertEqual(list(stories.labels().items()), [(line["id"], line["story"]) for line in lines])
        self.assertEqual(stories.labels("copies"), {line["id"]: line["copies"] for line in lines})

    def test_other_threads_run_meanwhile(self):
        rows = [{**row, "id": f"{row.get('id') or row.get('guid')}-{turn}", "n": turn} for turn in range(20) for row in self.rows]
        done, ticks = threading.Event(), []

        def tick():
            while not done.wait(0.001):
                ticks.append(None)

        ticking = threading.Thread(target=tick, daemon=True)
        ticking.start()
        read = samestory._given(rows, None, None, None)
        before = len(ticks)
        samestory._samestory.cluster(read, "{}", 1)
        during = len(ticks) - before
        done.set()
        ticking.join()
        self.assertGreater(during, 2)

    @unittest.skipUnless(hasattr(os, "fork"), "needs fork")
    def test_forked_processes_answer_too(self):
        expected = samestory.cluster(self.rows).dumps()
        with multiprocessing.get_context("fork").Pool(2) as pool:
            found = pool.map_async(_dumps, [self.rows, self.rows]).get(timeout=300)
        self.assertEqual(found, [expected, expected])


def _dumps(rows):
    return samestory.cluster(rows).dumps()


class Input(unittest.TestCase):
    def test_bad_articles_are_named_and_the_rest_goes_on(self):
        rows = [{"id": "a", "text": WIRE}, {"id": "b"}, {"id": "c", "text": 7}, {"id": "d", "text": "x", "date": "soon"}, {"id": "a", "text": WIRE}]
        with self.assertWarns(samestory.BadInput):
            stories = samestory.cluster(rows)
        self.assertEqual(stories.to_arrow()["id"].to_pylist(), ["a", "d"])
        self.assertEqual([problem.split(";")[0].split(":", 2)[-1].strip() for problem in stories.problems[:3]], [
            "no text", 'field "text": expected a string, found a number', 'field "date": the date "soon" is not understood'])
        self.assertIn("used twice", stories.problems[3])

    def test_values_of_python_and_data_frames(self):
        day, moment = datetime.date(2024, 12, 3), datetime.datetime(2024, 12, 3, 16, 44, tzinfo=datetime.timezone.utc)
        dates = [day, moment, moment.replace(tzinfo=None), 1_733_244_240, "3 December 2024", None, float("nan"), pandas.NaT, pandas.NA, pandas.Timestamp(moment)]
        rows = [{"id": at, "text": WIRE, "date": date} for at, date in enumerate(dates)]
        expected = ["2024-12-03", "2024-12-03T16:44:00Z", "2024-12-03T16:44:00", "2024-12-03T16:44:00Z", "2024-12-03", None, None, None, None, "2024-12-03T16:44:00Z"]
        self.assertEqual(samestory.cluster(rows, level="copies").to_arrow()["published"].to_pylist(), expected)
        frame = pandas.DataFrame({"text": [WIRE, WIRE], "date": pandas.to_datetime(["2024-12-03T16:44:00Z", None])})
        self.assertEqual(samestory.cluster(frame, level="copies").to_arrow()["published"].to_pylist(), ["2024-12-03T16:44:00Z", None])

    def test_fields_are_mapped(self):
        rows = [{"key": "a", "words": WIRE, "text": "not this"}]
        stories = samestory.cluster(rows, fields={"id": "key", "text": "words"})
        self.assertEqual(stories.labels(), {"a": "a"})
        with self.assertRaisesRegex(ValueError, "colour"):
            samestory.cluster(rows, fields={"colour": "key"})

    def test_dates_after_today_are_not_believed(self):
        rows = [{"id": "a", "text": WIRE, "date": "2024-12-03"}]
        with self.assertWarns(samestory.BadInput):
            stories = samestory.cluster(rows, today=datetime.date(2024, 1, 1))
        self.assertEqual(stories.to_arrow()["published"].to_pylist(), [None])

    def test_what_are_no_articles_or_settings_is_refused(self):
        for wrong in ["text", {"id": "a"}, 7, [1], ["text"], None]:
            with self.assertRaises(TypeError):
                samestory.cluster(wrong)
        with self.assertRaisesRegex(TypeError, "samestory.read"):
            samestory.cluster(ROOT / "data/calls")
        with self.assertRaises(TypeError):
            samestory.sketch(WIRE)
        with self.assertRaisesRegex(ValueError, "threshold"):
            MinHashLSH(threshold=2)
        for name, value in [("resemblance", 7), ("resemblence", 0.4), ("containment", "off"), ("level", "all"), ("apart", [("a", "a")])]:
            with self.assertRaisesRegex(ValueError, f"^{name}: |`{name}`"):
                samestory.cluster([], **{name: value})
        with self.assertRaises(ValueError):
            samestory.cluster([], threads=-1)

    def test_files_are_read_as_by_the_command(self):
        calls = ROOT / "data/calls"
        articles = samestory.read(calls)
        whole = subprocess.run([COMMAND, "cluster", "-q", "--format", "jsonl", str(calls)], stdout=subprocess.PIPE, check=True).stdout
        self.assertEqual(samestory.cluster(articles).dumps(), whole)
        self.assertEqual((articles.problems, len(articles)), ([], len(whole.splitlines())))
        table = pyarrow.table(articles)
        self.assertEqual(table.column_names, ["id", "title", "text", "outlet", "url", "lang", "published"])
        self.assertEqual(samestory.cluster(table).dumps(), whole)
        self.assertEqual(polars.DataFrame(articles).height, len(articles))
        with self.assertRaisesRegex(TypeError, "read already"):
            samestory.cluster(articles, fields={"text": "body"})

    def test_files_that_cannot_be_read_are_named(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in [("a.jsonl", json.dumps({"id": "a", "body": WIRE}) + "\n{\n"), ("b.txt", WIRE), ("c.png", "")]:
                pathlib.Path(folder, name).write_text(text, encoding="utf-8")
            pathlib.Path(folder, "copy").mkdir()
            pathlib.Path(folder, "copy", "a.csv").write_text(f'id,body\na,"{WIRE}"\n', encoding="utf-8")
            with self.assertWarns(samestory.BadInput):
                articles = samestory.read(folder, folder + "/none.txt", "http://127.0.0.1/feed", fields={"text": "body"})
        self.assertEqual((len(articles), articles.skipped), (3, 1))
        self.assertIn("a.jsonl:2", articles.problems[0])
        self.assertIn("none.txt", articles.problems[1])
        self.assertIn("http://127.0.0.1/feed", articles.problems[2])
        # One id twice: found when stories are.
        with self.assertWarns(samestory.BadInput):
            stories = samestory.cluster(articles)
        self.assertEqual(stories.problems[:3], articles.problems)
        self.assertIn("used twice", stories.problems[3])
        self.assertEqual(stories.summary["articles"], 2)
        with tempfile.TemporaryDirectory() as folder, samestory.Index(folder) as index:
            self.assertEqual([answer["id"] for answer in index.insert(articles)], ["a", "b.txt", "a"])

    def test_many_rows_are_numbered_through(self):
        rows = [{"text": f"The envoys met in the town of number {at} and agreed to open bridge {at * at}."} for at in range(2500)]
        rows[1700] = {"text": " "}
        with self.assertWarns(samestory.BadInput):
            stories = samestory.cluster(iter(rows), level="copies")
        self.assertEqual(stories.problems, ["articles:1701: no text"])
        self.assertEqual(stories.to_arrow()["id"].to_pylist(), [f"articles:{at + 1}" for at in range(2500) if at != 1700])

        def cut():
            yield from rows[:1500]
            raise KeyError("the source broke off")

        with self.assertRaises(KeyError):
            samestory.cluster(cut())

    def test_columns_that_nobody_asks_for_do_not_matter(self):
        rows = [{"id": "a", "text": WIRE, "tags": "x", "outlet": {"name": "Echo", "logo": None}}, {"id": "b", "text": WIRE, "tags": ["y"], "outlet": None}]
        expected = samestory.cluster(rows).dumps()
        self.assertIn(b"Echo", expected)
        self.assertEqual(samestory.cluster(pandas.DataFrame(rows)).dumps(), expected)
        # Columns of nothing, also inside of others, which polars gives in a way of its own.
        for row in rows:
            row["tags"] = None
        frame = polars.DataFrame(rows)
        self.assertEqual(samestory.cluster(frame).dumps(), expected)
        self.assertEqual(samestory.cluster(frame.with_columns(title=None)).dumps(), expected)
        with self.assertWarns(samestory.BadInput):
            self.assertEqual(samestory.cluster(polars.DataFrame({"text": [None]})).problems, ["articles:1: no text"])
        for column in (frame["text"], pyarrow.chunked_array([[WIRE]])):
            with self.assertRaisesRegex(TypeError, f"found one column, a {type(column).__name__}"):
                samestory.cluster(column)
        with self.assertRaisesRegex(TypeError, "LazyFrame: collect"):
            samestory.cluster(frame.lazy())

    def test_ids_of_other_libraries(self):
        one = uuid.UUID(int=1)
        rows = [{"id": id, "text": WIRE} for id in (numpy.int64(7), one, decimal.Decimal(8), 9.0, numpy.float32(10))]
        self.assertEqual(list(samestory.cluster(rows).labels()), ["7", str(one), "8", "9", "10"])
        frame = pandas.DataFrame({"id": [1, None], "text": [WIRE, WIRE]})
        self.assertEqual(list(samestory.cluster(frame).labels()), ["1", "articles:2"])
        with self.assertWarns(samestory.BadInput):
            found = samestory.cluster([{"id": 1.5, "text": WIRE}, {"id": ["a"], "text": WIRE}, {"id": b"a", "text": WIRE}])
        self.assertEqual([problem.split(": ", 2)[2] for problem in found.problems],
                         ["1.5 is not a whole number", "expected a string, found an array", "expected a string, found another type"])
        rows = [{"id": "a", "text": WIRE, "date": date} for date in (numpy.datetime64("2024-12-03T16:44:00.000000000"), numpy.datetime64("NaT"))]
        self.assertEqual([samestory.cluster([row]).to_arrow()["published"].to_pylist() for row in rows], [["2024-12-03T16:44:00"], [None]])

    def test_a_stream_may_need_python(self):
        # Threads of pyarrow read files by Python's code.
        files = fsspec.filesystem("memory")
        table = pyarrow.table({"id": [str(at) for at in range(8000)], "text": [f"{WIRE} {at}" for at in range(8000)]})
        for at in range(8):
            with files.open(f"/stream/{at}.parquet", "wb") as out:
                pyarrow.parquet.write_table(table.slice(1000 * at, 1000), out)
        stream = pyarrow.dataset.dataset("/stream", filesystem=files, format="parquet").scanner().to_reader()
        self.assertEqual(len(samestory.cluster(stream, level="copies").labels()), 8000)

    def test_a_dictionary_may_change_while_it_is_read(self):
        class Odd:
            def isoformat(self):
                row["new"] = 1
                return "2024-12-03"

        row = {"id": "a", "date": Odd(), "text": WIRE}
        self.assertEqual(samestory.cluster([row]).to_arrow()["published"].to_pylist(), ["2024-12-03"])

    def test_every_bad_article_is_said(self):
        code = "import samestory\nfor at in range(3): samestory.cluster([{'id': str(at), 'text': 5}])"
        said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr
        self.assertEqual(said.count("BadInput: articles:1: field"), 3)
        with tempfile.TemporaryDirectory() as folder, samestory.Index(folder) as index:
            with self.assertRaisesRegex(ValueError, "articles:2: no id"):
                index.insert([{"id": "a", "text": WIRE}, {"text": WIRE}])
            self.assertEqual(index.stats()["articles"], 0)

    def test_pins_that_are_not_there_are_named(self):
        with self.assertWarns(samestory.BadInput):
            found = samestory.cluster([{"id": "a", "text": WIRE}], together=[["a", "zzz"]])
        self.assertEqual(found.problems, ['pinned id "zzz" is not among the articles'])

    def test_wrong_settings_are_named(self):
        for given, kind, message in [
            ({"today": "2024-01-01"}, TypeError, "today: expected a datetime.date"),
            ({"fields": "text"}, TypeError, "fields: expected names"),
            ({"fields": {"text": None}}, TypeError, "fields: expected names"),
            ({"threads": "2"}, TypeError, "threads: '2' is no whole number"),
            ({"containment": "off"}, ValueError, "containment: .*expected a number"),
            ({"together": [("a", "b", "c")]}, ValueError, "together"),
            ({"boilerplate": {"x"}}, TypeError, "settings: there is none that is a set"),
        ]:
            with self.assertRaisesRegex(kind, message):
                samestory.cluster([], **given)
        samestory.cluster([], num_hashes=numpy.int64(64))
        for format, only in [("records", None), ("parquet", None), ("json", "stories"), ("text", "representatives")]:
            with self.assertRaisesRegex(ValueError, "format|only"):
                samestory.cluster([]).dumps(format, only)

    def test_nothing_is_nothing(self):
        self.assertEqual(list(samestory.cluster([])), [])
        self.assertEqual(samestory.cluster([]).to_arrow().num_rows, 0)

    def test_odd_strings(self):
        stories = samestory.cluster([{"id": "a\0", "text": WIRE + "\ud800"}, {"id": "b", "text": WIRE, 7: "ignored"}])
        self.assertEqual(sorted(stories.labels()), ["a\0", "b"])


class Parts(unittest.TestCase):
    def test_tokens(self):
        self.assertEqual(samestory.normalize("The  Envoys, met!"), ["the", "envoys", "met"])

    def test_sketches_estimate_resemblance(self):
        words = [f"word{at}" for at in range(400)]
        pair = pyarrow.array(samestory.sketch([" ".join(words[:300]), " ".join(words[100:])], num_hashes=1024, shingle=1)).to_pylist()
        self.assertEqual([len(sketch) for sketch in pair], [1024, 1024])
        self.assertAlmostEqual(sum(a == b for a, b in zip(*pair)) / 1024, 0.5, delta=0.08)
        with self.assertRaises(ValueError):
            samestory.sketch([], num_hashes=3)

    def test_evaluate(self):
        stories = samestory.cluster([{"id": "a", "text": WIRE}, {"id": "b", "text": WIRE}, {"id": "c", "text": "Wheat prices fell again this week."}])
        found = samestory.evaluate(stories, {"a": "x", "b": "x", "c": "y"})
        self.assertEqual(found, samestory.evaluate({"a": "1", "b": "1", "c": "2"}, [{"id": i, "gold": g} for i, g in [("a", "x"), ("b", "x"), ("c", "y")]]))
        self.assertIn("1.0", json.dumps(found))
        frame = pandas.DataFrame({"id": ["a", "b", "c", "d"], "gold": ["x", "x", "y", None]})
        self.assertEqual(samestory.evaluate(stories, frame), found)
        self.assertEqual(samestory.evaluate(stories, polars.DataFrame(frame)), found)
        self.assertEqual(samestory.evaluate(pandas.Series({"a": "1", "b": "1", "c": "2"}), frame), found)
        with self.assertRaisesRegex(TypeError, "found a table"):
            samestory.evaluate(frame, frame)
        # Languages of labels are those of their rows, else of the articles.
        english = samestory.cluster([{"id": id, "text": WIRE, "lang": "en"} for id in "abc"])
        labels = [{"id": "a", "gold": "x"}, {"id": "b", "gold": "x"}, {"id": "c", "gold": "x", "lang": "tr"}]
        judged = samestory.evaluate(english, labels, by_lang=True)
        self.assertEqual(sorted(judged["scores"]), ["all", "en"])
        self.assertEqual(judged, samestory.evaluate(english, [{"lang": "en", **row} for row in labels], by_lang=True))
        with self.assertRaises(ValueError):
            samestory.evaluate(stories, {}, level="words")
        # Copies have labels of their own where there are any.
        rows = [{"id": "a", "gold": "x", "copies": "1"}, {"id": "b", "gold": "x", "copies": "2"}, {"id": "c", "gold": "y"}]
        expected = samestory.evaluate(stories, {"a": "1", "b": "2"}, level="copies")
        self.assertEqual(samestory.evaluate(stories, rows, level="copies"), expected)
        self.assertNotEqual(samestory.evaluate(stories, rows), expected)

    def test_index(self):
        rows = [{"id": "a", "text": WIRE, "date": "2024-12-03"}, {"id": "b", "text": WIRE, "date": "2024-12-03"}]
        with tempfile.TemporaryDirectory() as folder:
            with samestory.Index(folder) as index:
                self.assertEqual([answer["verdict"] for answer in index.insert(rows)], ["new", "copy"])
                with self.assertRaisesRegex(OSError, "is writing"):
                    samestory.Index(folder)
            with samestory.Index.open(folder) as index:
                self.assertEqual(index.query([{"id": "d", "text": WIRE}])[0]["verdict"], "copy")
                self.assertEqual(index.find("b")["story"], "a")
                self.assertIsNone(index.find("c"))
                index.insert([{"id": "c", "text": WIRE, "title": "A line\u2028ends"}])
                rows.append({"id": "c", "text": WIRE, "title": "A line\u2028ends"})
                batch = [json.loads(line) for line in samestory.cluster(rows).dumps().splitlines()]
                self.assertEqual(index.recluster(), batch)
                self.assertEqual((index.forget("b"), index.forget("b")), (True, False))
                self.assertEqual(index.stats()["articles"], 2)
                later = [{"id": "a", "text": "The bridge was opened at noon."}, {"id": "a", "text": "The bridge was closed at noon."}]
                self.assertEqual([answer["version"] for answer in index.insert(later)], [2, 3])
            with self.assertRaises(ValueError):
                index.stats()
            with self.assertRaisesRegex(OSError, "shingle"):
                samestory.Index(folder, shingle=5)
        with self.assertRaises(OSError):
            samestory.Index.open(folder)


class Compat(unittest.TestCase):
    def sketch(self, members):
        sketch = MinHash(num_perm=256)
        for member in members:
            sketch.update(str(member).encode())
        return sketch

    def test_sketches(self):
        a, b = self.sketch(range(300)), self.sketch(range(100, 400))
        self.assertAlmostEqual(a.jaccard(b), 0.5, delta=0.12)
        both = a.copy()
        both.merge(b)
        self.assertEqual(both, self.sketch(range(400)))
        self.assertNotEqual(both, a)
        at_once = MinHash(num_perm=256)
        at_once.update_batch(str(member).encode() for member in range(300))
        self.assertEqual(at_once, a)
        self.assertTrue(MinHash().is_empty())
        both.merge(both)
        for again in (pickle.loads(pickle.dumps(both)), copy.deepcopy(both)):
            self.assertEqual((again, again.jaccard(both)), (both, 1.0))
            again.update(b"another")
        for wrong in ("abc", 7, [1, 2]):
            with self.assertRaisesRegex(TypeError, "b: expected bytes"):
                a.update(wrong)
        with self.assertRaisesRegex(TypeError, "b: expected several"):
            a.update_batch(b"abc")
        for wrong in ({"num_perm": -1}, {"threshold": 0}, {"params": (0.5, 0.5)}, {"params": (0, 4)}, {"params": (64, 64)}):
            with self.assertRaisesRegex(ValueError, f"^{list(wrong)[0]}: "):
                (MinHash if "num_perm" in wrong else MinHashLSH)(**wrong)
        with self.assertRaises(ValueError):
            a.jaccard(MinHash(num_perm=128))

    def test_search(self):
        lsh = MinHashLSH(threshold=0.5, num_perm=256)
        near, far = self.sketch(range(20, 300)), self.sketch(range(1000, 1300))
        lsh.insert("near", near)
        lsh.insert("far", far)
        self.assertEqual(lsh.query(self.sketch(range(300))), ["near"])
        self.assertIn("far", lsh)
        with self.assertRaises(ValueError):
            lsh.insert("near", near)
        lsh.remove("near")
        self.assertEqual(lsh.query(near), [])
        with self.assertRaises(ValueError):
            lsh.remove("near")
        with self.assertRaises(ValueError):
            lsh.query(MinHash())


class Package(unittest.TestCase):
    def test_import_needs_nothing(self):
        code = "import sys, samestory; print([name for name in ('pandas', 'polars', 'pyarrow', 'numpy') if name in sys.modules])"
        self.assertEqual(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout, "[]\n")

    def test_docstrings(self):
        import doctest

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self.assertEqual(doctest.testmod(samestory).failed, 0)


if __name__ == "__main__":
    unittest.main()
