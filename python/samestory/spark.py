"""Stories and copies among articles that lie on a cluster, on Apache Spark 3.5 or 4.

>>> import samestory.spark                                                        # doctest: +SKIP
>>> rows = samestory.spark.cluster(spark.read.parquet("news"), "hdfs:///tmp/run") # doctest: +SKIP

The engine is the one of :func:`samestory.cluster`, and so is the answer: every decision is made by the same code, in tasks that read
sorted rows and hold no more than a component, the articles of a story, or who has one shingle or term. What a stage wrote stays in the folder
of the run, so that a run which was cut off goes on from there. ``python -m samestory.spark`` is the same for ``spark-submit``.
"""

from __future__ import annotations

import argparse
import datetime
import functools
import json
import os
import re
import sys
import warnings
from typing import TYPE_CHECKING, Any

try:
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]
    from pyspark.sql import functions as F
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(f"samestory.spark needs pyspark, pyarrow and pandas: {missing}", name=missing.name) from None

from . import BadInput, _json, _reader, _samestory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pyspark.sql import Column, DataFrame, SparkSession

__all__ = ["cluster", "main"]

#: Edges that one task connects, whose nodes it holds: of more, components are found by all tasks together.
FITS = 20_000_000

#: What a task is given beside its rows.
Shared = list[tuple[bytes, bytes]]

_STAGES = {name: (ordered, reads, writes) for name, ordered, reads, writes in _samestory.stages()}
_NONE = "X''"


def cluster(
    articles: DataFrame,
    work: str | os.PathLike[str],
    *,
    fields: Mapping[str, str] | None = None,
    today: datetime.date | None = None,
    level: str = "copies",
    **config: Any,
) -> DataFrame:
    """Groups articles: a row for each, as of ``samestory.cluster(…).to_arrow()``, in no order.

    ``articles`` has columns as in :func:`samestory.cluster`; each must have an id, no two the same one. ``work`` is a folder that all
    executors reach, for what the stages write: about four times the texts, and eight times with ``level="stories"``. It belongs to one
    input and one configuration: run again with the same ones, it takes up what is there. ``config`` is as in :func:`samestory.cluster`;
    pairs cannot be pinned.

    What could not be read is in ``work/problems`` and said by a :class:`samestory.BadInput` warning, counts of the run in
    ``work/copies_manifest`` or ``work/stories_manifest``. Raises ``ValueError`` for a setting out of
    range, ids that are used twice, and a folder of another run; articles without an id end the run as well.
    """
    run = _Run(articles.sparkSession, os.fspath(work).rstrip("/"), _json({**config, "level": level}))
    columns = _asked(articles, fields or {}, today)
    return run.rows(run.read(articles.select(*["`" + column.replace("`", "``") + "`" for column in columns]), columns[0], fields or {}, run.check(fields or {}, today)))


class _Run:
    """The stages of one run, each written to a folder of its own."""

    def __init__(self, spark: SparkSession, work: str, config: str) -> None:
        self.spark, self.work, self.config = spark, work, config
        self.contains = json.loads(config).get("containment", 0) is not None
        self.level = json.loads(config)["level"]
        self.single = json.loads(config).get("linkage") == "single"
        self.taken: set[str] = set()
        self.given: list[Any] = []

    def check(self, fields: Mapping[str, str], today: datetime.date | None) -> datetime.date:
        """Refuses settings that are out of range, and the folder of another run. Returns its day."""
        _samestory.Stage("forest", self.config, [])
        # Copies and stories are of the same sketches.
        config = {name: value for name, value in json.loads(self.config).items() if name != "level"}
        setup = {"version": _samestory.VERSION, "config": config, "fields": dict(fields)}
        text = json.dumps({**setup, "today": (today or datetime.date.today()).isoformat()}, sort_keys=True)
        found = json.loads(self.step("setup", lambda: self.spark.createDataFrame([(text,)], "value string")).collect()[0][0])
        day = datetime.date.fromisoformat(found.pop("today"))
        if found != setup or (today is not None and today != day):
            raise ValueError(f"{self.work} belongs to another run: {json.dumps(found)} of {day}; this one is {text}")
        return day

    def step(self, name: str, make: Callable[[], DataFrame]) -> DataFrame:
        """What was written under this name, now or before."""
        if name in self.taken:
            raise RuntimeError(f"two steps are called {name}")
        self.taken.add(name)
        path = f"{self.work}/{name}"
        if _exists(self.spark, f"{path}/_SUCCESS"):
            return self.spark.read.parquet(path)
        made = make()
        made.write.mode("overwrite").parquet(path)
        while self.given:
            self.given.pop().destroy()
        # Spark would run a job to find the columns in the files.
        return self.spark.read.schema(made.schema).parquet(path)

    def map(self, rows: DataFrame, stage: str, shared: Shared = [], places: int | None = None) -> DataFrame:
        """Runs a stage, on rows that are brought in order if it needs them so."""
        ordered, reads, writes = _STAGES[stage]
        rows = rows.select(*reads)
        if places is not None:
            rows = rows.repartition(places)
        elif ordered:
            # By a hash of the column: rows that a join has spread by the column itself, Spark would leave where they are.
            rows = rows.repartition(F.xxhash64(reads[0]))
        if ordered:
            rows = rows.sortWithinPartitions(*reads[:ordered])
        given = self.spark.sparkContext.broadcast(shared)
        self.given.append(given)
        task = functools.partial(_task, _samestory.VERSION, stage, self.config, given)
        return rows.mapInArrow(task, ", ".join(f"`{name}` binary" for name in writes))

    def read(self, articles: DataFrame, name: str, fields: Mapping[str, str], today: datetime.date) -> DataFrame:
        """Every article as bytes, under its id, which is in the column of this name."""
        task = functools.partial(_read, _samestory.VERSION, list(fields.items()), today.isoformat(), name)
        read = self.step("read", lambda: articles.mapInArrow(task, "id binary, article binary, problem string"))
        problems = self.step("problems", lambda: read.where("problem is not null").select("problem"))
        count, first = problems.agg(F.count("problem"), F.min("problem")).collect()[0]
        if count:
            warnings.warn(f"{first} (and {count - 1} more, see {self.work}/problems)", BadInput, stacklevel=3)
        found = read.where("problem is null").select("id", "article")
        twice = self.step("twice", lambda: found.groupBy("id").count().where("count > 1")).select(F.col("id").cast("string")).limit(3).collect()
        if twice:
            raise ValueError(f"ids are used twice: {', '.join(repr(row[0]) for row in twice)}; delete {self.work} before they are read again")
        return found

    def rows(self, articles: DataFrame) -> DataFrame:
        """The result for articles that were read."""
        members = self.step("members", lambda: self.map(self.prints(articles), "fold"))
        texts = members.where("length(text) > 0").select("unit", "text")
        links = self.links(members, texts)
        label = self.step("labels", lambda: self.labels(members, texts, links))
        if self.contains:
            label = self.step("joined", lambda: self.contain(label, texts, links))
        placed = members.select("unit", "id", "own").join(label, "unit").join(articles, "id")
        rows = self.step(self.level, lambda: _Stories(self).rows(articles, placed) if self.level == "stories" else self.map(placed, "place"))
        self.manifest(articles, members, links, rows)
        text = [F.expr(f"nullif(cast({name} as string), '')").alias(name) for name in _STAGES["place"][2]]
        kinds = {"score": "double", "representative": "boolean"}
        named = rows.select(*text)
        return named.select(*[F.col(name).cast(kinds.get(name, "string")).alias(name) for name in named.columns])

    def manifest(self, articles: DataFrame, members: DataFrame, links: DataFrame, rows: DataFrame) -> None:
        """Counts of the run, with what it was run by."""

        def text() -> DataFrame:
            counts = {
                "articles": articles.count(),
                "problems": self.spark.read.parquet(f"{self.work}/problems").count(),
                "distinct_texts": members.select("unit").distinct().count(),
                "links": links.count(),
                "crowded_buckets": self.spark.read.parquet(f"{self.work}/met").where("length(crowd) > 0").select("crowd").distinct().count(),
                "copy_groups": rows.select("copies").distinct().count(),
                "stories": rows.select("story").distinct().count(),
                "rows": rows.count(),
            }
            if self.level == "stories":
                counts["story_candidates"] = self.spark.read.parquet(f"{self.work}/scored").count()
            setup = json.loads(self.spark.read.parquet(f"{self.work}/setup").collect()[0][0])
            value = json.dumps({**setup, "level": self.level, "spark": self.spark.version, "counts": counts}, sort_keys=True)
            return self.spark.createDataFrame([(value,)], "value string")

        self.step(f"{self.level}_manifest", text)

    def prints(self, articles: DataFrame) -> DataFrame:
        """What is kept of each article: the place to begin again from."""

        def prints() -> DataFrame:
            lines = self.step("lines", lambda: self.map(articles, "lines"))
            outlets = self.step("outlets", lambda: lines.where("length(value) = 4"))
            templates = self.step("templates", lambda: self.map(lines.where("length(value) > 4"), "templates", _pairs(outlets)))
            return self.map(articles, "print", _pairs(templates.select("key", F.expr(_NONE))))

        return self.step("prints", prints)

    def links(self, members: DataFrame, texts: DataFrame) -> DataFrame:
        """The pairs of copies that bands find."""
        keys = members.where("length(keys) > 0").select("unit", "keys")
        met = self.step("met", lambda: self.map(self.map(keys, "bands"), "meet"))
        pairs = met.where("length(crowd) = 0").select("a", "b").distinct()
        links = self.step("links", lambda: self.map(_with_texts(pairs, texts), "link"))
        crowds = met.where("length(crowd) > 0").select(F.col("a").alias("unit"), "crowd")
        if crowds.isEmpty():
            return links
        roots = self.components("linked", links.select("a", "b")).select(F.col("node").alias("unit"), "root")
        rooted = self.step("crowds", lambda: crowds.join(roots, "unit", "left").withColumn("root", F.expr("coalesce(root, unit)")))
        clusters = self.components("clusters", rooted.select(F.col("crowd").alias("a"), F.col("root").alias("b")))
        clusters = clusters.select(F.col("node").alias("crowd"), F.col("root").alias("cluster"))
        placed = self.step("crowded", lambda: rooted.join(clusters, "crowd"))
        buckets = placed.select("cluster", "crowd", "unit", F.expr(_NONE).alias("root"), F.expr(_NONE).alias("text"))
        once = placed.select("cluster", "unit", "root").distinct().join(texts, "unit")
        once = once.select("cluster", F.expr(_NONE).alias("crowd"), "unit", "root", "text")
        return links.unionByName(self.step("crowd_links", lambda: self.map(once.unionByName(buckets), "crowd"))).distinct()

    def labels(self, members: DataFrame, texts: DataFrame, links: DataFrame) -> DataFrame:
        """The copy group of each text, by its smallest member, before groups join others."""
        units = members.select("unit").distinct()
        alike = links if self.single else links.where("cast(conv(hex(kind), 16, 10) as int) & 1 = 1")
        roots = self.components("alike", alike.select("a", "b"))
        found = roots.select(F.col("node").alias("unit"), F.col("root").alias("label"))
        if not self.single:
            root = found.withColumnRenamed("label", "root")
            of_texts = texts.join(root, "unit").select("root", F.col("unit").alias("a"), F.expr(_NONE).alias("b"), F.col("text").alias("value"))
            of_links = alike.join(root.withColumnRenamed("unit", "a"), "a").select("root", "a", "b", F.col("overlap").alias("value"))
            found = self.step("groups", lambda: self.map(of_texts.unionByName(of_links), "group"))
        return units.join(found, "unit", "left").select("unit", F.expr("coalesce(label, unit)").alias("label"))

    def contain(self, label: DataFrame, texts: DataFrame, links: DataFrame) -> DataFrame:
        """The groups, after those that hold another one's text have joined it."""
        sampled = self.step("sampled", lambda: self.map(texts.join(label, "unit"), "sample"))
        pairs, thin = self.search("told", sampled, sampled, [])
        if not thin.isEmpty():
            units = thin.select("unit").distinct()
            more, _ = self.search("thin", sampled, sampled.join(units, "unit", "left_semi"), self.marks("thin_values", "thin", thin))
            pairs = pairs.unionByName(more).distinct()
        held = self.step("contained", lambda: self.map(_with_texts(pairs, texts), "contain"))
        group = sampled.select("unit", "label")
        known = links.unionByName(held).distinct()
        known = known.join(group.select(F.col("unit").alias("a"), F.col("label").alias("longer")), "a")
        known = known.join(group.select(F.col("unit").alias("b"), F.col("label").alias("shorter")), "b").where("longer <> shorter")
        sizes = group.groupBy(F.col("label").alias("longer")).agg(F.expr("cast(cast(count(1) as string) as binary)").alias("size"))
        joins = self.step("joins", lambda: self.map(known.join(sizes, "longer"), "held"))
        roots = self.components("holders", joins).select(F.col("node").alias("label"), F.col("root").alias("joined"))
        return label.join(roots, "label", "left").select("unit", F.expr("coalesce(joined, label)").alias("label"))

    def search(self, name: str, texts: DataFrame, looking: DataFrame, shared: Shared) -> tuple[DataFrame, DataFrame]:
        """Pairs of which the second text may hold the first, and the values of texts that are not told by a sample."""
        size = sum(int.from_bytes(value, "little") for _, value in _pairs(self.step(f"{name}_size", lambda: self.map(texts, "size", shared))))
        sized = [*shared, (b"size", size.to_bytes(8, "little"))]
        counts = self.step(f"{name}_counts", lambda: self.map(texts, "count", sized))
        tables = self.step(f"{name}_tables", lambda: self.map(counts, "add", sized))
        given = [*sized, *_named("table", tables)]
        looks = self.step(f"{name}_looks", lambda: self.map(looking, "look", given))
        wanted = looks.where("side = binary('w')")
        marked = [*shared, *self.marks(f"{name}_marks", "wanted", wanted)]
        holders = self.map(texts, "hold", marked)
        near = self.step(f"{name}_near", lambda: self.map(wanted.unionByName(holders), "near"))
        return near.distinct(), looks.where("side = binary('t')")

    def marks(self, step: str, name: str, rows: DataFrame) -> Shared:
        """The values of rows, marked."""
        count = (name.encode(), rows.count().to_bytes(8, "little"))
        pieces = self.step(step, lambda: self.map(self.map(rows, "mark", [count]), "join", [count]))
        return [count, *_named(name, pieces)]

    def components(self, name: str, edges: DataFrame) -> DataFrame:
        """The smallest node of each node's component."""
        forest = self.step(f"{name}_forest", lambda: self.map(edges, "forest"))
        if forest.count() <= FITS:
            return self.step(name, lambda: self.map(forest, "components", places=1))
        return self.step(name, lambda: self.stars(name, forest))

    def stars(self, name: str, edges: DataFrame) -> DataFrame:
        """Components by all tasks together (Kiveris et al. 2014, "Connected components in MapReduce and beyond")."""
        turn, last = 0, None
        while True:
            found = self.step(f"{name}_{turn}", lambda: self.turn(edges))
            state = found.agg(F.count(F.lit(1)), F.sum(F.xxhash64("a", "b").cast("decimal(38,0)"))).collect()[0]
            if state == last:
                nodes = found.select(F.col("a").alias("node"), F.col("b").alias("root"))
                return nodes.unionByName(found.select(F.col("b").alias("node"), F.col("b").alias("root"))).distinct()
            turn, last, edges = turn + 1, state, found

    def turn(self, edges: DataFrame) -> DataFrame:
        """A large star and a small one."""
        both = edges.select(F.col("a").alias("node"), F.col("b").alias("other"))
        large = self.map(both.unionByName(edges.select(F.col("b").alias("node"), F.col("a").alias("other"))), "large")
        return self.map(large.select(F.greatest("a", "b").alias("node"), F.least("a", "b").alias("other")), "small")


class _Stories:
    """The stages from copy groups to stories.

    A report is a copy group: its name is a number of eight bytes, in the order of the smallest ids, and behind it the corpus, which is a
    language or the one of all of them.
    """

    def __init__(self, run: _Run) -> None:
        self.run = run
        self.step, self.map, self.components = run.step, run.map, run.components

    def rows(self, articles: DataFrame, placed: DataFrame) -> DataFrame:
        """The rows of articles that were placed in copy groups."""
        reports = self.reports(articles, placed)
        within = reports.select(_name("lang").alias("report"), F.col("within").alias("said"))
        across = reports.select(_name("binary('*')").alias("report"), F.col("across").alias("said"))
        said = within if reports.select("lang").distinct().count() < 2 else within.unionByName(across)
        commons = self.step("commons", lambda: self.map(self.map(said, "terms"), "common"))
        known = _named("count", commons)
        told = self.map(self.map(said, "rare", known), "holders")
        own = said.select("report", F.expr(_NONE).alias("term"), F.col("said").alias("value"))
        weighed = self.step("weighed", lambda: self.map(told.unionByName(own), "weigh", known))
        entries = weighed.where("length(term) = 0").select("report", "value")
        sides, settled = self.pairs(entries, weighed.where("length(term) > 0"))
        known += _named("gaps", settled.where("length(a) = 0").select("b", "value"))
        scored = self.step("scored", lambda: self.map(settled.where("length(a) > 0"), "score", known))
        known += _pairs(self.step("silhouettes", lambda: self.silhouettes(scored)))
        edges = self.step("edges", lambda: self.map(scored, "edge", known))
        found = self.step("events", lambda: self.linked(edges))
        story = reports.select("number").join(found, F.col("number") == F.col("node"), "left").select("number", F.expr("coalesce(story, number)").alias("story"))
        story = self.fragments(edges, story, entries, sides, known)
        told = placed.join(reports.select("label", "number"), "label").join(story, "number")
        rows = told.select("story", F.col("number").alias("report"), "id", "unit", "own", "article")
        inside = edges.join(story.select(F.col("number").alias("a"), "story"), "a").join(story.select(F.col("number").alias("b"), F.col("story").alias("other")), "b").where("story = other")
        empty = F.expr(_NONE)
        pairs = inside.select("story", F.concat("a", "b").alias("report"), empty.alias("id"), F.col("value").alias("unit"), empty.alias("own"), empty.alias("article"))
        return self.map(rows.unionByName(pairs), "stories")

    def reports(self, articles: DataFrame, placed: DataFrame) -> DataFrame:
        """What copy groups say, numbered in the order of their smallest ids."""
        scripts = _pairs(self.step("languages", lambda: self.map(articles, "languages")))
        said = self.step("said", lambda: self.map(placed, "report", scripts))
        # Parts come in order, and so do numbers; they are computed once, as they are written.
        number = F.expr("unhex(lpad(hex(monotonically_increasing_id()), 16, '0'))").alias("number")
        return self.step("reports", lambda: said.repartitionByRange("first").sortWithinPartitions("first").select(number, "label", "lang", "within", "across"))

    def pairs(self, entries: DataFrame, postings: DataFrame) -> tuple[DataFrame, DataFrame]:
        """What is usual around reports, and the pairs that were compared."""
        near = self.step("candidates", lambda: self.map(self.map(postings, "search"), "choose").distinct())
        others = near.join(entries.withColumnRenamed("report", "b"), "b").select("a", "b", "value")
        own = entries.withColumnRenamed("report", "a").join(near, "a", "left_semi").select("a", F.expr(_NONE).alias("b"), "value")
        compared = self.step("compared", lambda: self.map(others.unionByName(own), "compare"))
        pair = F.concat(F.substring("a", 1, 8), "b").alias("pair")
        ends = [compared.select(F.col(end).alias("report"), pair, F.expr(f"binary('{end}')").alias("side"), "value") for end in "ab"]
        sides = self.step("sides", lambda: self.map(ends[0].unionByName(ends[1]), "around"))
        settled = self.step("settled", lambda: self.map(sides.where("side <> binary('r')"), "settle"))
        return sides.where("side = binary('r')").select(F.col("pair").alias("report"), "value"), settled

    def silhouettes(self, scored: DataFrame) -> DataFrame:
        """How distinct stories are at each cut."""
        roots = self.components("mergeable", scored.where("kind = X'01'").select("a", "b"))
        cuts = self.step("cuts", lambda: self.map(_inside(scored, roots), "cut"))
        within = scored.where("substring(a, 9) <> binary('*')")
        pairs = within.select(F.col("a").alias("report"), F.col("b").alias("other"), "value")
        pairs = pairs.unionByName(within.select(F.col("b").alias("report"), F.col("a").alias("other"), "value"))
        pairs = pairs.join(cuts.select(F.col("node").alias("report")), "report", "left_semi")
        near = pairs.join(cuts.withColumnRenamed("node", "other"), "other", "left").select("report", "other", "value", "root", "cuts")
        empty = F.expr(_NONE)
        own = cuts.select(F.col("node").alias("report"), empty.alias("other"), empty.alias("value"), "root", "cuts")
        return self.map(near.unionByName(own), "silhouette")

    def linked(self, edges: DataFrame) -> DataFrame:
        """The story of each report that is not alone."""
        return self.map(_inside(edges, self.components("mergeable_edges", edges.where("kind >= X'01'").select("a", "b"))), "story")

    def fragments(self, edges: DataFrame, story: DataFrame, entries: DataFrame, sides: DataFrame, known: Shared) -> DataFrame:
        """The stories, after parts of large ones have come together."""
        ends = edges.select(F.col("a").alias("report"), F.col("b").alias("other"))
        ends = ends.unionByName(ends.select(F.col("other").alias("report"), F.col("report").alias("other")))
        full = self.step("full", lambda: self.map(ends, "full"))
        likely = edges.where("kind = X'02'").select("a", "b")
        for end in ("a", "b"):
            likely = likely.join(full.withColumnRenamed("report", end), end, "left_semi")
            likely = likely.join(story.select(F.col("number").alias(end), F.col("story").alias(f"story_{end}")), end)
        likely = self.step("likely", lambda: likely)
        apart = likely.where("story_a <> story_b").select(F.col("story_a").alias("a"), F.col("story_b").alias("b"))
        if apart.isEmpty():
            return story
        roots = self.components("fragments", apart).withColumnRenamed("node", "story")
        members = story.join(roots, "story").select("root", F.col("number").alias("report"), "story")
        empty = F.expr(_NONE)
        rows = members.select("root", "report", empty.alias("other"), F.col("story").alias("value"))
        pairs = likely.join(roots.withColumnRenamed("story", "story_a"), "story_a")
        rows = rows.unionByName(pairs.select("root", F.col("a").alias("report"), F.concat(F.expr("binary('p')"), "b").alias("other"), empty.alias("value")))
        for sign, values in (("e", entries), ("s", sides)):
            of = values.select(F.substring("report", 1, 8).alias("report"), F.concat(F.expr(f"binary('{sign}')"), F.expr("substring(report, 9)")).alias("other"), "value")
            rows = rows.unionByName(of.join(members.select("root", "report"), "report").select("root", "report", "other", "value"))
        joined = self.step("joined_fragments", lambda: self.map(rows, "fragments", known)).select(F.col("node").alias("number"), F.col("story").alias("joined"))
        return story.join(joined, "number", "left").select("number", F.expr("coalesce(joined, story)").alias("story"))


def _name(corpus: str) -> Column:
    return F.concat("number", F.expr(corpus))


def _inside(pairs: DataFrame, roots: DataFrame) -> DataFrame:
    """Pairs of one component."""
    first = roots.select(F.col("node").alias("a"), "root")
    second = roots.select(F.col("node").alias("b"), F.col("root").alias("other"))
    return pairs.join(first, "a").join(second, "b").where("root = other").select("root", "a", "b", "value")


def _exists(spark: SparkSession, path: str) -> bool:
    jvm: Any = spark._jvm
    place = jvm.org.apache.hadoop.fs.Path(path)
    found: bool = place.getFileSystem(spark._jsc.hadoopConfiguration()).exists(place)  # type: ignore[attr-defined,unused-ignore]
    return found


def _asked(articles: DataFrame, fields: Mapping[str, str], today: datetime.date | None) -> list[str]:
    """The columns that are read, that of the ids first."""
    reader = _reader(fields, today, None)
    of = {column.lower(): column for column in reversed(articles.columns)}
    for name in (fields.get("id", "id"), *fields.values()):
        if name.lower() not in of:
            what = " for ids" if name == fields.get("id", "id") else ""
            raise ValueError(f"fields: there is no column {name!r}{what}; the columns are {', '.join(articles.columns)}")
    name = of[fields.get("id", "id").lower()]
    return [name, *(column for column in articles.columns if column != name and reader.asks(column))]


def _with_texts(pairs: DataFrame, texts: DataFrame) -> DataFrame:
    first = texts.select(F.col("unit").alias("a"), F.col("text").alias("text_a"))
    second = texts.select(F.col("unit").alias("b"), F.col("text").alias("text_b"))
    return pairs.join(first, "a").join(second, "b")


def _pairs(rows: DataFrame) -> Shared:
    return [(bytes(row[0]), bytes(row[1])) for row in rows.collect()]


def _named(name: str, rows: DataFrame) -> Shared:
    return [(name.encode() + key, value) for key, value in _pairs(rows)]


def _check(version: str) -> None:
    if version != _samestory.VERSION:
        raise RuntimeError(f"samestory {_samestory.VERSION} is installed on an executor, the driver has {version}: install one version")


def _task(version: str, name: str, config: str, shared: Any, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    _check(version)
    stage = _samestory.Stage(name, config, shared.value)
    for batch in batches:
        yield from map(pa.record_batch, stage.feed(batch))
    yield from map(pa.record_batch, stage.end())


def _in_utc(field: pa.Field) -> pa.Field:
    """Instants come in the zone of the session, which says nothing of the articles."""
    is_instant = pa.types.is_timestamp(field.type) and field.type.tz is not None
    return field.with_type(pa.timestamp(field.type.unit, "UTC")) if is_instant else field


def _read(version: str, fields: list[tuple[str, str]], today: str, name: str, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    _check(version)
    reader = _samestory.Reader(fields, today, 1)
    for batch in batches:
        ids = [value.decode(errors="ignore") if isinstance(value, bytes) else value for value in batch.column(name).to_pylist()]
        missing = sum(value is None or not str(value).strip() for value in ids)
        if missing:
            raise ValueError(f"{missing} articles have no {name}")
        read = reader.table(pa.Table.from_batches([batch]).cast(pa.schema([_in_utc(field) for field in batch.schema])))
        for table in map(pa.record_batch, _samestory.packed(read)):
            yield table.append_column("problem", pa.nulls(table.num_rows, pa.string()))
        if read.problems:
            none = pa.nulls(len(read.problems), pa.binary())
            # Rows have no number in all of the input.
            named = [re.sub(r"^articles:(\d+)", lambda row: str(ids[int(row[1]) - 1]), problem) for problem in read.problems]
            yield pa.record_batch([none, none, pa.array(named, pa.string())], ["id", "article", "problem"])


def _settings(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"no JSON: {error}") from None
    if not isinstance(found, dict):
        raise argparse.ArgumentTypeError("expected a JSON object")
    return found


def main(arguments: list[str] | None = None) -> None:
    """The program, with the arguments of the command line."""
    from pyspark.sql import SparkSession

    parser = argparse.ArgumentParser("python -m samestory.spark", description="Groups the articles of Parquet files.")
    parser.add_argument("input", help="Parquet files, or a folder of them")
    parser.add_argument("output", help="a folder for the rows, in Parquet, sorted by id")
    parser.add_argument("--work", help="a folder for what the stages write (default: beside the output)")
    parser.add_argument("--config", type=_settings, default={}, help='settings as JSON: {"resemblance": 0.7}')
    parser.add_argument("--today", type=datetime.date.fromisoformat, help="dates of more than a day later are not believed (default: this day)")
    parser.add_argument("--fields", type=_settings, default={}, help='the columns of fields as JSON: {"text": "body"}')
    given = parser.parse_args(arguments)
    spark = SparkSession.builder.appName("samestory").getOrCreate()
    if _exists(spark, given.output):
        parser.error(f"{given.output} is there already")
    work = given.work or given.output.rstrip("/") + ".work"
    rows = cluster(spark.read.parquet(given.input), work, fields=given.fields, today=given.today, **given.config)
    rows.repartitionByRange("id").sortWithinPartitions("id").write.parquet(given.output)
    spark.stop()


if __name__ == "__main__":
    # By its own name, so that what tasks are sent is found there.
    from samestory.spark import main as _main

    # Spark's own default is the first Python that it finds, which need not be the one that knows samestory.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    _main()
