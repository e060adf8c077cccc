"""The classes of datasketch under their names, for code that was written for it.

Results differ from datasketch's, for the hashes are others: sketches of the two cannot be compared, and estimates agree within their
error, sqrt(J (1 - J) / num_perm), about .04 with 128 values. There is no seed. Values are 32 bits wide. To group articles use
:func:`samestory.cluster`, which verifies every pair on the texts themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from . import _samestory

__all__ = ["MinHash", "MinHashLSH"]


class MinHash:
    """The sketch of a set of byte strings."""

    def __init__(self, num_perm: int = 128) -> None:
        if not 1 <= num_perm <= 65536:
            raise ValueError(f"num_perm: {num_perm} is not between 1 and 65536")
        self.num_perm = num_perm
        self._sketch = _samestory.MinHash(num_perm)

    def update(self, b: bytes) -> None:
        """Takes a member in. For many, :meth:`update_batch` is faster."""
        self.update_batch([b])

    def update_batch(self, b: Iterable[bytes]) -> None:
        """Takes members in."""
        if isinstance(b, (bytes, str)):
            raise TypeError("b: expected several members, found one")
        members = list(b)
        for member in members:
            if not isinstance(member, (bytes, bytearray, memoryview)):
                raise TypeError(f"b: expected bytes, found {type(member).__name__}")
        self._sketch.update([bytes(member) for member in members])

    def jaccard(self, other: MinHash) -> float:
        """The estimated resemblance of two sets."""
        return self._sketch.jaccard(other._sketch)

    def merge(self, other: MinHash) -> None:
        """Makes this the sketch of the union."""
        if other is not self:
            self._sketch.merge(other._sketch)

    def copy(self) -> MinHash:
        """A sketch that grows on its own."""
        copy = MinHash.__new__(MinHash)
        copy.num_perm, copy._sketch = self.num_perm, self._sketch.copy()
        return copy

    def is_empty(self) -> bool:
        """Whether nothing was taken in."""
        return self == MinHash(self.num_perm)

    @property
    def hashvalues(self) -> list[int]:
        """The values."""
        return self._sketch.values

    def __len__(self) -> int:
        return self.num_perm

    def __reduce__(self) -> tuple[Callable[[list[int]], MinHash], tuple[list[int]]]:
        return _of_values, (self.hashvalues,)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MinHash) and self.hashvalues == other.hashvalues

    __hash__ = None  # type: ignore[assignment]


def _of_values(values: list[int]) -> MinHash:
    """The sketch that has these values, as it was pickled."""
    found = MinHash.__new__(MinHash)
    found.num_perm, found._sketch = len(values), _samestory.MinHash(len(values), values)
    return found


class MinHashLSH:
    """Finds sketches that are probably alike, by bands (Leskovec, Rajaraman, Ullman, chapter 3)."""

    def __init__(self, threshold: float = 0.9, num_perm: int = 128, params: tuple[int, int] | None = None) -> None:
        """``params`` are the bands and their rows; otherwise they are chosen so that a pair at the threshold is found almost surely, which
        proposes more pairs than datasketch does."""
        if not 0 < threshold <= 1:
            raise ValueError(f"threshold: {threshold} is not above 0 and at most 1")
        if params is not None and not all(isinstance(number, int) and number > 0 for number in params):
            raise ValueError(f"params: {params} are not numbers of bands and of their rows")
        self.h = num_perm
        self.b, self.r = params or _samestory.bands(threshold, num_perm)
        if self.b * self.r > num_perm:
            raise ValueError(f"params: {self.b} bands of {self.r} rows need more than {num_perm} values")
        self._tables: list[dict[tuple[int, ...], dict[Hashable, None]]] = [{} for _ in range(self.b)]
        self._rows: dict[Hashable, list[tuple[int, ...]]] = {}

    def insert(self, key: Hashable, minhash: MinHash, check_duplication: bool = True) -> None:
        """Takes a sketch in under a key, which must be new."""
        if key in self._rows:
            if check_duplication:
                raise ValueError("The given key already exists")
            self.remove(key)
        rows = self._rows_of(minhash)
        self._rows[key] = rows
        for table, row in zip(self._tables, rows):
            table.setdefault(row, {})[key] = None

    def query(self, minhash: MinHash) -> list[Hashable]:
        """The keys of the sketches that share a band with this one, in the order they were taken in within each band."""
        found: dict[Hashable, None] = {}
        for table, row in zip(self._tables, self._rows_of(minhash)):
            found.update(table.get(row, {}))
        return list(found)

    def remove(self, key: Hashable) -> None:
        """Takes a key out; ``ValueError`` when it is not there."""
        if key not in self._rows:
            raise ValueError("The given key does not exist")
        for table, row in zip(self._tables, self._rows.pop(key)):
            del table[row][key]
            if not table[row]:
                del table[row]

    def is_empty(self) -> bool:
        """Whether there is no key."""
        return not self._rows

    def __contains__(self, key: Hashable) -> bool:
        return key in self._rows

    def _rows_of(self, minhash: MinHash) -> list[tuple[int, ...]]:
        if len(minhash) != self.h:
            raise ValueError(f"Expecting minhash with length {self.h}, got {len(minhash)}")
        values = minhash.hashvalues
        return [tuple(values[band * self.r : (band + 1) * self.r]) for band in range(self.b)]
