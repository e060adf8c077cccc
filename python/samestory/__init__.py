"""Groups reports of the same event: copies by shared text, stories by what the words say and when.

>>> import samestory
>>> wire = "The envoys met in the old town on Monday and agreed to open the bridge."
>>> stories = samestory.cluster([
...     {"id": "wire", "text": wire},
...     {"id": "site", "text": wire},
...     {"id": "other", "text": "Wheat prices fell for a third week as harvests came in early."},
... ])
>>> [story["size"] for story in stories]
[2, 1]

The same articles give the same bytes as the command ``samestory cluster``.
"""

from __future__ import annotations

import datetime
import json
import os
import warnings
from typing import TYPE_CHECKING, Any, overload

from . import _samestory
from ._samestory import Articles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__version__: str = _samestory.VERSION
__all__ = ["Articles", "BadInput", "Index", "Stories", "cluster", "evaluate", "normalize", "read", "sketch"]


class BadInput(UserWarning):
    """Articles, or fields of articles, that could not be used; the rest went on."""


# Python would say it once for each line of code, whatever came of later articles; filters that were set go before.
warnings.simplefilter("always", BadInput, append=True)


def cluster(
    articles: Any,
    *,
    fields: Mapping[str, str] | None = None,
    today: datetime.date | None = None,
    threads: int | None = None,
    **config: Any,
) -> Stories:
    """Groups articles into stories.

    ``articles`` are mappings such as ``{"id": …, "text": …, "title": …, "date": …, "outlet": …, "lang": …, "url": …}``, or a table of
    such columns: a data frame of pandas or polars, a table of pyarrow, a relation of DuckDB, anything with ``__arrow_c_stream__``; or
    what :func:`read` gives. Fields are found under the names that the command knows, or under those that ``fields`` gives: ``{"text": "body"}``.

    ``config`` is what the command calls ``--level``, ``--resemblance``, ``--containment`` (``None`` is off), ``--shingle``,
    ``--num-hashes``, ``--linkage``, ``--window``, with underscores, and ``outlet_aliases`` (alias to name), ``boilerplate`` (lines),
    ``together`` and ``apart`` (pairs of ids). A date more than a day after ``today`` is not believed.

    What could not be used is in ``Stories.problems`` and said by a :class:`BadInput` warning. Raises ``ValueError`` for a setting out of
    range and ``TypeError`` for what are no articles. Other threads of Python run meanwhile; an interrupt is heard while articles are read,
    and then at the end.
    """
    given = _given(articles, fields, today, threads)
    found = _samestory.cluster(given, _json(config), _checked(threads))
    # Those of `read` were said there.
    _warn(found.problems if articles is given else given.problems + found.problems)
    return Stories(found, given.problems + found.problems)


def read(
    *inputs: str | os.PathLike[str], fields: Mapping[str, str] | None = None, today: datetime.date | None = None, threads: int | None = None
) -> Articles:
    """Reads articles as the command does: pages (text, HTML), feeds (RSS, Atom, JSON Feed) and records (JSON Lines, JSON, CSV, TSV), also
    compressed, in files, folders and globs; ``"-"`` is standard input. Much faster than to parse records in Python.

    What could not be read is in ``problems`` and said by a :class:`BadInput` warning. An address is such a problem: nothing is fetched.
    """
    found = _reader(fields, today, threads).files([os.fspath(name) for name in inputs])
    _warn(found.problems)
    return found


class Stories:
    """Stories, largest first, each a dictionary as in the command's ``--format json``; and the place of every article as a table. It stays
    in its process: send others the table, or what :meth:`dumps` gives."""

    def __init__(self, found: _samestory.Stories, problems: list[str]) -> None:
        self._found = found
        #: What was wrong with articles that are missing here, or with fields they are without.
        self.problems = problems

    def __len__(self) -> int:
        return len(self._found)

    @overload
    def __getitem__(self, at: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, at: slice) -> list[dict[str, Any]]: ...

    def __getitem__(self, at: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        length = len(self)
        if isinstance(at, slice):
            return [_object(self._found.story(one)) for one in range(*at.indices(length))]
        at = at + length if at < 0 else at
        if not 0 <= at < length:
            raise IndexError(f"there are {length} stories")
        return _object(self._found.story(at))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (self[at] for at in range(len(self)))

    def __repr__(self) -> str:
        return f"<samestory.Stories: {len(self)} stories of {self.summary['articles']} articles>"

    @property
    def summary(self) -> dict[str, int]:
        """Counts of the run; every bound that cut something is here. What could not be read is in ``problems``."""
        return self._found.summary()

    @property
    def unmet_pins(self) -> list[tuple[str, str]]:
        """Pairs pinned together that stay apart, as other pins or the level ask for it."""
        return self._found.unmet

    def labels(self, level: str = "stories") -> dict[str, str]:
        """The story of each id, or with ``level="copies"`` its copy group."""
        return self._found.labels(_is_copies(level))

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The rows, for any library that reads Arrow: ``polars.DataFrame(stories)``, ``pyarrow.table(stories)``."""
        return self._found.table(None).__arrow_c_stream__(requested_schema)

    def to_arrow(self, only: str | None = None) -> Any:
        """The rows of ``--format jsonl`` as a ``pyarrow.Table``, a row an article in input order: id, story, copies, score,
        representative, outlet, published, lang, title. ``only="representatives"`` keeps one per copy group, ``"stories"`` one per story.
        """
        import pyarrow  # type: ignore[import-untyped,unused-ignore]

        return pyarrow.table(self._found.table(only))

    def to_pandas(self, only: str | None = None) -> Any:
        """The rows as a data frame of pandas; pyarrow must be there."""
        return self.to_arrow(only).to_pandas()

    def dumps(self, format: str = "jsonl", only: str | None = None) -> bytes:
        """What the command writes: ``jsonl``, ``csv``, ``json`` (without the counts of what it read) or ``text``."""
        return self._found.written(format, only)


def normalize(text: str) -> list[str]:
    """The tokens of a text, as shingles are made of them."""
    return _samestory.tokens(text)


def sketch(texts: Iterable[str], *, num_hashes: int = 128, shingle: int = 3, threads: int | None = None) -> Any:
    """MinHash sketches of texts as they are, nothing removed: an array of Arrow with a list of ``num_hashes`` unsigned 32-bit numbers for
    each (``pyarrow.array(…)``). The share of equal numbers estimates the resemblance of two texts. O(tokens × num_hashes).
    """
    if isinstance(texts, str):
        raise TypeError("texts: expected several, found one")
    return _samestory.sketches(list(texts), num_hashes, shingle, _checked(threads))


def evaluate(
    found: Stories | Mapping[str, str],
    gold: Mapping[str, Any] | Iterable[Mapping[str, Any]],
    *,
    level: str = "stories",
    by_lang: bool = False,
) -> dict[str, Any]:
    """Judges groups against labels: ``missing``, ``scores`` and ``pairs`` of ``samestory evaluate --json``.

    ``found`` are stories, or the group of each id; ``gold`` the label of each id, or rows (also a data frame) with ``id``, ``gold`` and
    perhaps ``lang``: where it is missing, the language is that of the article in the stories. With ``level="copies"`` the labels are those
    under ``copies`` where any row has one.
    """
    if _is_frame(found):
        raise TypeError("found: expected stories or the group of each id, found a table")
    labels = found.labels(level) if isinstance(found, Stories) else {str(key): str(label) for key, label in found.items()}
    given: list[Mapping[str, Any]]
    if hasattr(gold, "items") and not _is_frame(gold):
        given = [{"id": key, "gold": label} for key, label in gold.items()]
    else:
        given = list(_rows(gold))
    label = "copies" if _is_copies(level) and any(_known(row.get("copies")) for row in given) else "gold"
    langs: dict[str, str] = {}
    if by_lang and isinstance(found, Stories):
        langs = {row["id"]: row["lang"] for row in map(_object, found.dumps().decode().split("\n")[:-1])}
    rows = []
    for row in given:
        if _known(row.get(label)):
            id, lang = str(row["id"]), row.get("lang")
            rows.append((id, str(row[label]), str(lang) if _known(lang) else langs.get(id)))
    return _object(_samestory.evaluate(labels, rows, by_lang))


class Index:
    """An index that answers every article at once and survives a crash; ``samestory dedup --index FOLDER`` uses the same files.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Index(folder) as index:
    ...     [answer["verdict"] for answer in index.insert([{"id": "a", "text": "The envoys met in the old town on Monday."}])]
    ['new']
    """

    def __init__(self, folder: str | os.PathLike[str], *, expiry: int = 7, **config: Any) -> None:
        """Opens the index in a folder to write to it, and makes it where there is none. One process may write at a time.

        ``config`` as in :func:`cluster`; ``expiry`` are the days after which an article is compared with no new one. Both must be as
        they were when the index was made. Raises ``OSError`` when somebody else writes or the file is damaged or of another setup.
        """
        self._index = _samestory.Index.open(folder, _json({"config": config, "expiry": expiry}), False)

    @classmethod
    def open(cls, folder: str | os.PathLike[str], *, read_only: bool = False) -> Index:
        """Opens an index that is there, set up as it was made. Any number of processes may read."""
        index = cls.__new__(cls)
        index._index = _samestory.Index.open(folder, None, read_only)
        return index

    def insert(self, articles: Any, *, fields: Mapping[str, str] | None = None, today: datetime.date | None = None) -> list[dict[str, Any]]:
        """Takes articles in, in their order and in one transaction: when this returns, all are on disk. Returns what
        ``samestory dedup`` prints: id, version, verdict (``new``, ``copy``, ``same_story``), story, copies, nearest, scores. Raises
        ``ValueError`` for articles without an id, of which an index cannot tell whether it knows them."""
        return _objects(self._index.insert(_told(articles, fields, today)))

    def query(self, articles: Any, *, fields: Mapping[str, str] | None = None, today: datetime.date | None = None) -> list[dict[str, Any]]:
        """What would be said of articles now, without taking them in."""
        return _objects(self._index.query(_told(articles, fields, today)))

    def find(self, id: str) -> dict[str, Any] | None:
        """What is on record of an id."""
        found = self._index.find(id)
        return None if found is None else _object(found)

    def recluster(self) -> list[dict[str, Any]]:
        """Rewrites all assignments with exactly the answer of :func:`cluster`; returns its rows."""
        return [_object(row) for row in self._index.recluster().split("\n")[:-1]]

    def forget(self, id: str) -> bool:
        """Retracts an article; false when it is not there."""
        return self._index.forget(id)

    def stats(self) -> dict[str, Any]:
        """The index in figures."""
        return _object(self._index.stats())

    def close(self) -> None:
        """Lets the next writer in. Nothing is lost without."""
        self._index.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _object(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def _objects(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)
    return found


def _is_copies(level: str) -> bool:
    if level not in ("copies", "stories"):
        raise ValueError(f"level: {level!r} is neither copies nor stories")
    return level == "copies"


def _json(config: Mapping[str, Any]) -> str:
    def plain(value: Any) -> Any:
        if hasattr(value, "__index__"):
            return value.__index__()
        if hasattr(value, "__float__"):
            return float(value)
        raise TypeError(f"settings: there is none that is a {type(value).__name__}: {value!r}")

    return json.dumps(config, default=plain)


def _checked(threads: int | None) -> int | None:
    if threads is not None and not isinstance(threads, int):
        raise TypeError(f"threads: {threads!r} is no whole number")
    if threads is not None and not 1 <= threads <= 1024:
        raise ValueError(f"threads: {threads} is not between 1 and 1024")
    return threads


def _reader(fields: Mapping[str, str] | None, today: datetime.date | None, threads: int | None) -> _samestory.Reader:
    if today is not None and not isinstance(today, datetime.date):
        raise TypeError(f"today: expected a datetime.date, found {today!r}")
    if fields is not None and not (hasattr(fields, "items") and all(isinstance(name, str) for pair in fields.items() for name in pair)):
        raise TypeError(f"fields: expected names by fields, as {{'text': 'body'}}, found {fields!r}")
    latest = (today or datetime.date.today()).isoformat()
    return _samestory.Reader(list((fields or {}).items()), latest[:10], _checked(threads))


def _given(articles: Any, fields: Mapping[str, str] | None, today: datetime.date | None, threads: int | None) -> Articles:
    if not isinstance(articles, Articles):
        return _table_or_rows(_reader(fields, today, threads), articles)
    if fields is not None or today is not None:
        raise TypeError("fields, today: the articles are read already")
    return articles


def _told(articles: Any, fields: Mapping[str, str] | None, today: datetime.date | None) -> Articles:
    given = _given(articles, fields, today, None)
    if articles is not given:
        _warn(given.problems, 4)
    return given


def _warn(problems: list[str], level: int = 3) -> None:
    if problems:
        more = f" (and {len(problems) - 1} more, see `problems`)" if len(problems) > 1 else ""
        warnings.warn(problems[0] + more, BadInput, stacklevel=level)


def _known(value: Any) -> bool:
    """Whether there is a value: data frames have NaN for none."""
    return value is not None and value != "" and bool(value == value)


def _is_frame(given: Any) -> bool:
    """Whether it is a data frame of pandas or polars."""
    return hasattr(given, "columns") and (hasattr(given, "to_dicts") or hasattr(given, "to_dict"))


def _rows(given: Any) -> Iterable[Any]:
    if not _is_frame(given):
        return given  # type: ignore[no-any-return]
    rows: Iterable[Any] = given.to_dicts() if hasattr(given, "to_dicts") else given.to_dict("records")
    return rows


def _table_or_rows(reader: _samestory.Reader, articles: Any) -> Articles:
    if isinstance(articles, (str, bytes, dict, os.PathLike)):
        raise TypeError(f"articles: expected mappings or a table, found {type(articles).__name__}; files are read by samestory.read")
    if hasattr(articles, "collect") and not hasattr(articles, "__arrow_c_stream__"):
        raise TypeError(f"articles: expected mappings or a table, found {type(articles).__name__}: collect() it first")
    if _is_frame(articles):
        # What is in other columns does not matter.
        asked = dict.fromkeys(name for name in articles.columns if isinstance(name, str) and reader.asks(name))
        articles = articles[list(asked)] if asked else articles
    # Columns of nothing are given by polars in a way that no library reads.
    if hasattr(articles, "__arrow_c_stream__") and not (hasattr(articles, "to_dicts") and "Null" in str(articles.schema)):
        try:
            return reader.table(articles)
        except (ImportError, TypeError, ValueError) as error:
            if "as a Schema" in str(error):
                raise TypeError(f"articles: expected mappings or a table, found one column, a {type(articles).__name__}") from None
            # pandas needs pyarrow to give its columns, and cannot give those of many types; its rows do.
            if not _is_frame(articles):
                raise
    return reader.rows(_rows(articles))
