"""Spark gives the rows of the command, however the input is cut and whatever dies: SAMESTORY names the command."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import unittest
import unittest.mock

os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
os.environ["PYSPARK_PYTHON"] = sys.executable

import pyspark
import samestory.spark
from pyspark.sql import SparkSession

COMMAND = os.environ["SAMESTORY"]
COLUMNS = ["id", "story", "copies", "score", "representative", "outlet", "published", "lang", "title"]


def articles(count: int) -> list[dict[str, str | None]]:
    """Items of a wire, each printed as it is, edited, cut, or inside a longer piece; a crowd of one form; lines that outlets repeat."""
    chance = random.Random(11)
    words = [f"{first}{second}" for first in "ba de ki lo mu na pe ri so tu va zo".split() for second in "lan mir nok pol rut sev tim wux".split()]
    vocabulary = words + [one + other for one in words[:40] for other in words[:40]]
    form = chance.choices(vocabulary, k=80)
    wire: list[list[str]] = []
    found = []
    for at in range(count):
        if at % 10 == 0:
            # So many texts that are equal but for a word or two fall into one bucket.
            text = list(form)
            text[chance.randrange(80)] = f"form{at}"
        elif wire and chance.random() < 0.6:
            text = list(chance.choice(wire[-40:]))
            kind = chance.randrange(4)
            if kind == 1:
                for _ in range(len(text) // 10):
                    text[chance.randrange(len(text))] = chance.choice(vocabulary)
            elif kind == 2:
                text = text[: len(text) * 2 // 3]
            elif kind == 3:
                text = chance.choices(vocabulary, k=60) + text + chance.choices(vocabulary, k=60)
        else:
            text = chance.choices(vocabulary, k=chance.randrange(1, 120))
            wire.append(text)
        outlet = chance.choice(["Harbor", "Lantern", "Beacon", None])
        body = " ".join(text) + (f"\nSubscribe to {outlet} for news every morning" if outlet else "")
        date = f"2024-03-{chance.randrange(1, 29):02}" if chance.random() < 0.8 else None
        title = " ".join(text[:6]) if chance.random() < 0.5 else None
        found.append({"id": f"{outlet}/{at}", "text": body, "outlet": outlet, "date": date, "title": title})
        if at % 20 == 1:
            # A flash of a few words in a longer item: of some of these the sample is too small to find it by.
            text = chance.choices(vocabulary, k=48)
            for name, part in (("flash", text[20:32]), ("item", text)):
                found.append({"id": f"{name}/{at}", "text": " ".join(part), "outlet": None, "date": None, "title": None})
    return found


def event() -> list[dict[str, str | None]]:
    """An event that so many report in words of their own that no report is compared with all: its story is found in parts."""
    chance = random.Random(7)
    texts = ([f"usual{chance.randrange(400)}" for _ in range(chance.randrange(12, 32))] + [f"event{chance.randrange(90)}" for _ in range(20)] for _ in range(170))
    return [{"id": f"event/{at}", "text": " ".join(text), "outlet": None, "date": f"2024-02-0{chance.randrange(1, 5)}", "title": None} for at, text in enumerate(texts)]


def calls() -> list[dict[str, str | None]]:
    """The sample of the project: pages and records in four languages."""
    sample = pathlib.Path(__file__).parents[2] / "data/calls"
    # 1 says that pages could not be used, which is so.
    found = subprocess.run([COMMAND, "cluster", str(sample), "--format", "records", "-q"], capture_output=True).stdout
    records = [json.loads(line) for line in found.splitlines()]
    names = {"text": "text", "outlet": "outlet", "date": "published", "title": "title", "lang": "lang"}
    # Records keep the names that their fields have: some have others.
    usual = [record for record in records if record.get("id") and record.get("text")]
    return [{"id": record["id"], **{name: record.get(field) for name, field in names.items()}} for record in usual]


def by_command(rows: list[dict[str, str | None]], *options: str) -> str:
    """What the command says of articles: a hash of its sorted rows."""
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    found = subprocess.run([COMMAND, "cluster", "-", "--format", "jsonl", "-q", *options], input=lines.encode(), capture_output=True)
    # 1 says that an article could not be used; the rest is there.
    assert found.returncode in (0, 1), found.stderr
    return digest([json.loads(line) for line in found.stdout.splitlines()])


def digest(rows: list[dict[str, object]]) -> str:
    lines = sorted(json.dumps({name: row[name] for name in COLUMNS}, sort_keys=True) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest() + f" of {len(lines)}"


class Spark(unittest.TestCase):
    spark: SparkSession
    folder: tempfile.TemporaryDirectory[str]

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        # Executors of their own; `work` keeps what they log out of the installation.
        os.environ["SPARK_WORKER_DIR"] = cls.folder.name
        settings = {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.shuffle.partitions": "4",
            "spark.executor.memory": "1g",
            "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
            "spark.executor.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
            "spark.sql.execution.arrow.maxRecordsPerBatch": "300",
        }
        builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("samestory tests")
        for name, value in settings.items():
            builder = builder.config(name, value)
        cls.spark = builder.getOrCreate()
        cls.spark.sparkContext.setLogLevel("OFF")
        nothing = {"id": "nothing", "text": "", "outlet": None, "date": None, "title": None}
        cls.rows = [*articles(1560), *event(), *calls(), nothing]

    @classmethod
    def tearDownClass(cls) -> None:
        cls.spark.stop()
        cls.folder.cleanup()

    def table(self, rows: list[dict[str, str | None]], parts: int = 3) -> pyspark.sql.DataFrame:
        names = ["id", "text", "outlet", "date", "title", "lang"]
        kinds = ", ".join(f"{name} string" for name in names)
        return self.spark.createDataFrame([tuple(row.get(name) for name in names) for row in rows], kinds).repartition(parts)

    def work(self, name: str) -> str:
        return f"{self.folder.name}/{name}"

    def test_rows_are_those_of_the_command_and_a_run_is_taken_up(self) -> None:
        expected = by_command(self.rows, "--level", "copies")
        with self.assertWarns(samestory.BadInput):
            found = samestory.spark.cluster(self.table(self.rows), pathlib.Path(self.work("run")))
        self.assertEqual(digest([row.asDict() for row in found.collect()]), expected)
        problems = self.spark.read.parquet(self.work("run/problems")).collect()
        self.assertEqual([row[0] for row in problems], [f"{row['id']}: no text" for row in self.rows if not row["text"]])
        manifest = json.loads(self.spark.read.parquet(self.work("run/copies_manifest")).collect()[0][0])
        self.assertEqual((manifest["counts"]["articles"], manifest["counts"]["problems"]), (len(self.rows) - 1, 1))
        self.assertGreater(manifest["counts"]["crowded_buckets"], 0)
        # What only all of its shingles tell was looked for.
        self.assertTrue(os.path.isdir(self.work("run/thin_near")))
        # From the sketches on.
        prints = os.stat(self.work("run/prints/_SUCCESS")).st_mtime_ns
        for gone in ("labels", "joined", "copies"):
            os.remove(self.work(f"run/{gone}/_SUCCESS"))
        found = samestory.spark.cluster(self.table(self.rows), self.work("run"))
        self.assertEqual(digest([row.asDict() for row in found.collect()]), expected)
        self.assertEqual(os.stat(self.work("run/prints/_SUCCESS")).st_mtime_ns, prints)
        # Stories, of the same sketches, in one language and across several.
        found = samestory.spark.cluster(self.table(self.rows), self.work("run"), level="stories")
        # One event among them is told in parts that come together.
        rows = [row.asDict() for row in found.collect()]
        self.assertEqual(digest(rows), by_command(self.rows))
        self.assertTrue(os.path.isdir(self.work("run/joined_fragments")))
        self.assertGreater(len({(row["story"], row["lang"]) for row in rows}), len({row["story"] for row in rows}))
        with self.assertRaisesRegex(ValueError, "belongs to another run"):
            samestory.spark.cluster(self.table(self.rows), self.work("run"), resemblance=0.7)

    def test_neither_order_nor_parts_nor_a_killed_executor_change_them(self) -> None:
        rows = self.rows[:700]
        random.Random(5).shuffle(rows)
        expected = by_command(rows, "--level", "copies", "--linkage", "single", "--resemblance", "0.6")
        other = {"spark.sql.shuffle.partitions": "3", "spark.sql.execution.arrow.maxRecordsPerBatch": "41", "spark.sql.adaptive.enabled": "false"}
        before = {name: self.spark.conf.get(name) for name in other}
        for name, value in other.items():
            self.spark.conf.set(name, value)
        killer = threading.Timer(6, self.kill_an_executor)
        killer.start()
        # Components by all tasks together.
        fits = unittest.mock.patch.object(samestory.spark, "FITS", 0)
        fits.start()
        try:
            found = samestory.spark.cluster(self.table(rows, 5), self.work("killed"), linkage="single", resemblance=0.6)
            self.assertEqual(digest([row.asDict() for row in found.collect()]), expected)
        finally:
            killer.join()
            fits.stop()
            for name, value in before.items():
                self.spark.conf.set(name, value)
        self.assertTrue(self.killed)

    killed = False

    def kill_an_executor(self) -> None:
        """Kills one of the processes that this test's Spark has started."""
        handles = self.spark._jvm.java.lang.ProcessHandle.current().children().toArray()
        for handle in handles:
            if "CoarseGrainedExecutorBackend" in handle.info().commandLine().orElse(""):
                type(self).killed = bool(handle.destroyForcibly())
                return

    def test_components_of_a_path(self) -> None:
        run = samestory.spark._Run(self.spark, self.work("path"), '{"level": "copies"}')
        edges = [(at.to_bytes(2, "big"), (at + 1).to_bytes(2, "big")) for at in range(60)] + [(b"x", b"y")]
        random.Random(3).shuffle(edges)
        table = self.spark.createDataFrame([(bytearray(a), bytearray(b)) for a, b in edges], "a binary, b binary").repartition(3)
        expected = {at.to_bytes(2, "big"): b"\0\0" for at in range(61)} | {b"x": b"x", b"y": b"x"}
        # By one task, and by all together.
        for name, fits in (("one", samestory.spark.FITS), ("stars", 0)):
            with unittest.mock.patch.object(samestory.spark, "FITS", fits):
                self.assertEqual({bytes(row["node"]): bytes(row["root"]) for row in run.components(name, table).collect()}, expected, name)

    def test_what_cannot_be_is_refused(self) -> None:
        few = self.rows[:3]
        with self.assertRaisesRegex(ValueError, "ids are used twice: '"):
            samestory.spark.cluster(self.table(few + few[:1]), self.work("twice"))
        with self.assertRaisesRegex(ValueError, "there is no column 'key' for ids"):
            samestory.spark.cluster(self.table(few), self.work("key"), fields={"id": "key"})
        with self.assertRaisesRegex(ValueError, "there is no column 'body'; the columns are"):
            samestory.spark.cluster(self.table(few), self.work("key"), fields={"text": "body"})
        with self.assertRaisesRegex(ValueError, "none of id, text, title"):
            samestory.spark.cluster(self.table(few), self.work("key"), fields={"body": "text"})
        self.assertFalse(os.path.exists(self.work("key")))
        with self.assertRaisesRegex(Exception, "1 articles have no id"):
            samestory.spark.cluster(self.table([{**few[0], "id": None}]), self.work("none"))
        with self.assertRaisesRegex(Exception, "1 articles have no id"):
            samestory.spark.cluster(self.table([{**few[0], "id": " "}]), self.work("blank"))
        with self.assertRaisesRegex(ValueError, "resemblance: 7"):
            samestory.spark.cluster(self.table(few), self.work("range"), resemblance=7)
        with self.assertRaisesRegex(ValueError, "apart: pairs are pinned on one machine"):
            samestory.spark.cluster(self.table(few), self.work("pins"), apart=[(few[0]["id"], few[1]["id"])])
        given = self.spark.sparkContext.broadcast([])
        pairs = self.spark.createDataFrame([(bytearray(b"b"), bytearray(b"1")), (bytearray(b"a"), bytearray(b"1"))], "key binary, unit binary").coalesce(1)
        for version, message in ((samestory.__version__, "rows are not sorted by key, unit"), ("0.0.1", "the driver has 0.0.1")):
            task = functools.partial(samestory.spark._task, version, "meet", "{}", given)
            with self.assertRaisesRegex(Exception, message):
                pairs.mapInArrow(task, "a binary, b binary, crowd binary").collect()

    def test_the_program(self) -> None:
        rows = self.rows[:30]
        self.table(rows).write.parquet(self.work("in"))
        # As from a shell, whose first Python is another one.
        java = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
        submit = f"--master local[2] --driver-java-options '{java}' --conf spark.ui.enabled=false --conf spark.sql.shuffle.partitions=1 pyspark-shell"
        environment = {name: value for name, value in os.environ.items() if name != "PYSPARK_PYTHON"} | {"PYSPARK_SUBMIT_ARGS": submit, "PATH": os.defpath}
        program = [sys.executable, "-m", "samestory.spark", self.work("in"), self.work("out"), "--config", '{"containment": null}']
        done = subprocess.run(program, env=environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = self.spark.read.parquet(self.work("out")).collect()
        self.assertEqual(digest([row.asDict() for row in found]), by_command(rows, "--level", "copies", "--containment", "off"))
        self.assertTrue(pathlib.Path(self.work("out.work/copies_manifest")).is_dir())


if __name__ == "__main__":
    # Spark leaves sockets open.
    unittest.main(warnings="ignore")
