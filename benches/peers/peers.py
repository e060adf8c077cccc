#!/usr/bin/env python3
"""Group a corpus with one of the other tools, the way its own documentation says.

  peers.py TOOL CORPUS.jsonl LABELS [--threshold 0.7]
  peers.py versions

CORPUS has {"id", "text"} a line; LABELS gets the number of a group a line. Everybody has word 5-shingles and 128 hashes, joins what it calls similar at
the threshold, and may use every core. Where a documentation names a faster way to the same result, that way is taken. The routes:

  gaoya        the index of the README with its own analyzer in Rust; bands chosen from threshold and hashes; bulk insertion and bulk query in
               native threads; candidates are checked on sketches. It splits words at white space, so it sees punctuation.
  rensa        sketches by `update` (full-set R-MinHash), a fifth cheaper here than the batch call of the README; RMinHashLSH with 32 bands,
               `query_all`; candidates are checked on sketches, as its deduplicator does. The faster `rho` route gives flags without groups
               and so cannot stand here.
  rensa-batch  the same with the batch call of the README, `from_token_sets`.
  datasketch   the 2.0 default (affine32) with xxhash, the hash its documentation proposes for speed; MinHashLSH with its own bands inside an
               insertion session; candidates are checked on sketches.
  datasketch-sha1  the same with the hash that it has by itself, as the examples of its documentation are.
  fastsketch   FastSimilaritySketch in batches, LSH with 32 bands, candidates in one CSR matrix, checked on sketches.
  python       samestory's own module, which reads the file itself, with the settings of the command.
  python-rows  the same on records that orjson has parsed, as for the others.
  text-dedup   `python -m text_dedup.minhash` with xxh3, which its help calls faster, on every core. It checks no candidate.
"""
import argparse
import json
import os
import pickle
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from importlib import metadata
from itertools import islice
from pathlib import Path

from score import components

SHINGLE, HASHES, SEED = 5, 128, 42
BANDS = 32  # of 4 rows, where a tool wants them named: .9998 of the pairs at .7 become candidates
BATCH = 1000
WORD = re.compile(r"\w+")

Links = Iterator[tuple[int, int]]


def read(corpus: Path) -> Iterator[str]:
    import orjson

    with open(corpus, "rb") as lines:
        for line in lines:
            yield orjson.loads(line)["text"]


def shingles(text: str) -> list[str]:
    words = WORD.findall(text.lower())
    return [" ".join(words[start : start + SHINGLE]) for start in range(max(1, len(words) - SHINGLE + 1))]


def batches(items: Iterator) -> Iterator[list]:
    while batch := list(islice(items, BATCH)):
        yield batch


def earlier(answers: Iterator) -> Links:
    """Each article with the earlier ones in its answer."""
    for one, answer in enumerate(answers):
        for other in answer:
            if other < one:
                yield one, other


def gaoya(corpus: Path, threshold: float) -> tuple[int, Links]:
    from gaoya.minhash import MinHashStringIndex

    texts = list(read(corpus))
    index = MinHashStringIndex(
        hash_size=32, jaccard_threshold=threshold, num_bands=None, band_size=None, num_hashes=HASHES, analyzer="word", lowercase=True,
        ngram_range=(SHINGLE, SHINGLE), id_container="smallvec",
    )
    index.par_bulk_insert_docs(list(range(len(texts))), texts)
    return len(texts), earlier(index.par_bulk_query(texts))


def rensa(corpus: Path, threshold: float, batch: bool = False) -> tuple[int, Links]:
    from rensa import RMinHash, RMinHashLSH

    sketches = []
    for texts in batches(read(corpus)):
        if batch:
            sketches += RMinHash.from_token_sets(list(map(shingles, texts)), num_perm=HASHES, seed=SEED)
            continue
        for text in texts:
            sketch = RMinHash(num_perm=HASHES, seed=SEED)
            sketch.update(shingles(text))
            sketches.append(sketch)
    lsh = RMinHashLSH(threshold=threshold, num_perm=HASHES, num_bands=BANDS)
    lsh.insert_many(sketches)
    candidates = earlier(lsh.query_all(sketches))
    return len(sketches), ((a, b) for a, b in candidates if sketches[a].jaccard(sketches[b]) >= threshold)


def datasketch(corpus: Path, threshold: float, sha1: bool = False) -> tuple[int, Links]:
    import xxhash
    from datasketch import MinHash, MinHashLSH

    sets = ([shingle.encode() for shingle in shingles(text)] for text in read(corpus))
    options = {} if sha1 else {"hashfunc": xxhash.xxh32_intdigest}
    sketches = list(MinHash.generator(sets, num_perm=HASHES, seed=SEED, **options))
    lsh = MinHashLSH(threshold=threshold, num_perm=HASHES)
    with lsh.insertion_session() as session:
        for number, sketch in enumerate(sketches):
            session.insert(number, sketch, check_duplication=False)
    candidates = earlier(map(lsh.query, sketches))
    return len(sketches), ((a, b) for a, b in candidates if sketches[a].jaccard(sketches[b]) >= threshold)


def fastsketch(corpus: Path, threshold: float) -> tuple[int, Links]:
    import numpy
    from FastSketchLSH import LSH, FastSimilaritySketch

    threads = os.cpu_count() or 1
    sketcher = FastSimilaritySketch(size=HASHES, seed=SEED)
    sketches = numpy.concatenate([sketcher.batch(batch, num_threads=threads) for batch in batches(map(shingles, read(corpus)))])
    lsh = LSH(num_perm=HASHES, num_bands=BANDS, num_threads=threads)
    lsh.insert(sketches)
    found, starts = map(numpy.asarray, lsh.query(sketches, format="csr"))

    def links() -> Links:
        for one, sketch in enumerate(sketches):
            others = numpy.unique(found[starts[one] : starts[one + 1]])
            others = others[others < one]
            if len(others):
                yield from ((one, int(other)) for other in others[(sketches[others] == sketch).mean(axis=1) >= threshold])

    return len(sketches), links()


class Groups(pickle.Unpickler):
    """Reads the saved groups without loading text-dedup a second time, which would count as its work."""

    def find_class(self, module: str, name: str) -> type:
        return argparse.Namespace if name == "UnionFind" else super().find_class(module, name)


def text_dedup(corpus: Path, threshold: float) -> tuple[int, Links]:
    with tempfile.TemporaryDirectory() as folder:
        options = dict(
            path="json", data_files=corpus, split="train", column="text", cache_dir=f"{folder}/cache", output=f"{folder}/out",
            ngram=SHINGLE, num_perm=HASHES, threshold=threshold, seed=SEED, hash_func="xxh3",
        )
        flags = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        # --debug saves the groups.
        command = [sys.executable, "-m", "text_dedup.minhash", *flags, "--debug"]
        subprocess.run(command, cwd=folder, env={**os.environ, "HF_HOME": folder, "HF_HUB_OFFLINE": "1"}, check=True)
        with open(f"{folder}/out/uf.pkl", "rb") as file:
            parents = Groups(file).load().parent
    with open(corpus, "rb") as lines:
        count = sum(1 for _ in lines)
    return count, iter(parents.items())


def samestory(corpus: Path, threshold: float) -> tuple[int, Links]:
    import samestory

    return grouped(samestory.read(corpus), threshold)


def samestory_rows(corpus: Path, threshold: float) -> tuple[int, Links]:
    import orjson

    with open(corpus, "rb") as lines:
        return grouped(map(orjson.loads, lines), threshold)


def grouped(articles: object, threshold: float) -> tuple[int, Links]:
    import samestory

    stories = samestory.cluster(
        articles, level="copies", resemblance=threshold, containment=None, shingle=SHINGLE, num_hashes=HASHES, linkage="single",
    )
    numbers: dict[str, int] = {}
    groups = [numbers.setdefault(group, number) for number, group in enumerate(stories.labels("copies").values())]
    return len(groups), enumerate(groups)


# The name of the package, and the route.
PEERS: dict[str, tuple[str, Callable[[Path, float], tuple[int, Links]]]] = {
    "python": ("samestory", samestory),
    "python-rows": ("samestory", samestory_rows),
    "gaoya": ("gaoya", gaoya),
    "rensa": ("rensa", rensa),
    "rensa-batch": ("rensa", partial(rensa, batch=True)),
    "datasketch": ("datasketch", datasketch),
    "datasketch-sha1": ("datasketch", partial(datasketch, sha1=True)),
    "fastsketch": ("FastSketchLSH", fastsketch),
    "text-dedup": ("text-dedup", text_dedup),
}


def versions() -> dict[str, str]:
    """The installed packages, by their names in small letters."""
    return {package.metadata["Name"].lower().replace("_", "-"): package.version for package in metadata.distributions()}


def main() -> None:
    if sys.argv[1:] == ["versions"]:
        print(json.dumps(versions()))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool", choices=PEERS)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--threshold", type=float, default=.7)
    args = parser.parse_args()
    count, links = PEERS[args.tool][1](args.corpus.resolve(), args.threshold)
    args.labels.write_text("".join(f"{label}\n" for label in components(count, links)), encoding="ascii")


if __name__ == "__main__":
    main()
