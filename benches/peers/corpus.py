#!/usr/bin/env python3
"""Write a synthetic corpus of news-like articles, half in Arabic and half in Latin letters, with planted near-duplicates.

  corpus.py FOLDER [--articles 10000] [--words 300-600] [--seed 1] [--kind news|hot|distinct]

FOLDER/corpus.jsonl holds {"id", "text"} a line; FOLDER/pairs.tsv every planted pair: the two line numbers from 0, the word 5-shingles that both
have and that either has, and `copy` or `template`. Their quotient is the exact Jaccard resemblance. No word is taken from a text: words are made
of syllables and roots. The same options give the same bytes on every machine.

  news      30 % of the articles stand in groups of 2 to 8 made from one text: words edited here and there or in bursts, a cut end, an
            added text, or nothing changed. 2 % are templates: statements with half to three quarters of their blocks in common, not copies.
  hot       one article again and again, each time with one word replaced
  distinct  nothing planted: what `hot` is to be compared with. Both are in Latin letters only.
"""
import argparse
import itertools
import json
import multiprocessing
import re
import struct
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from random import Random

SHINGLE = 5
BLOCK = 1000  # articles that are made from one seed; the processes share out blocks
COPIES, TEMPLATES = .30, .02  # shares of a corpus of news
PARAGRAPH = 60  # words
TABLE = 1 << 16  # two random bytes choose a word
WORD = re.compile(r"\w+")

Pair = tuple[int, int, int, int, str]


class Script:
    """The made-up words of one script, and how it writes a sentence."""

    def __init__(self, word: Callable[[Random, int], str], stops: str, capitals: bool) -> None:
        self.stops, self.capitals = stops, capitals
        rng, seen = Random(f"words {stops}"), set[str]()
        # Frequencies fall as 1/(rank + 2.7) down to one slot of the table, and are flat after that: some 20,000 words.
        self.table: list[str] = []
        while len(self.table) < TABLE:
            rank = len(seen)
            made = str(rng.randrange(1, 2030)) if rank % 80 == 79 else word(rng, rank)
            if made not in seen:
                seen.add(made)
                self.table += [made] * max(1, round(7000 / (rank + 2.7)))
        del self.table[TABLE:]

    def draw(self, rng: Random, count: int) -> list[str]:
        table = self.table
        return [table[slot] for slot in struct.unpack(f"<{count}H", rng.randbytes(2 * count))]

    def article(self, rng: Random, count: int) -> list[str]:
        """Words with their punctuation; a fifth of them are of the article's subject."""
        words, subject = self.draw(rng, count), self.draw(rng, 30)
        for place in range(rng.randrange(5), count, 5):
            words[place] = subject[int(rng.random() ** 2 * 30)]
        start = 0
        while start < count:
            end = min(start + 8 + int(rng.random() * 22), count) - 1
            if self.capitals:
                words[start] = words[start].capitalize()
            if end - start > 14:
                words[(start + end) // 2] += self.stops[0]
            words[end] += self.stops[1 if rng.random() < .95 else 2]
            start = end + 1
        return words


def latin(rng: Random, rank: int) -> str:
    """One syllable for the most frequent words, two to four for the others."""
    def syllable() -> str:
        coda = rng.choice("nrslmtk") if rng.random() < .4 else ""
        return rng.choice("b c d f g h k l m n p r s t v w z br ch dr gr pl sh st tr".split()) + rng.choice("aaeeeiioou") + coda
    return "".join(syllable() for _ in range(1 if rank < 150 else rng.choice((2, 2, 3, 3, 4))))


def arabic(rng: Random, rank: int) -> str:
    """A root of two to four letters with long vowels between them, and an article before a third of the words."""
    letters = [rng.choice("ببتثجحخدذررزسسشصضطظععغففقققكلللمممننه") for _ in range(2 if rank < 150 else rng.choice((3, 3, 3, 4)))]
    spread = "".join(letter + (rng.choice("اااويي") if rng.random() < .35 else "") for letter in letters)
    return ("ال" if rank >= 150 and rng.random() < .35 else "") + spread + ("ات" if rng.random() < .1 else "")


@cache
def scripts() -> tuple[Script, Script]:
    return Script(latin, ",.?", True), Script(arabic, "،.؟", False)


def edit(rng: Random, script: Script, words: list[str], share: float, burst: bool) -> list[str]:
    """Replaces, drops or adds a word at a share of all places: anywhere, or in bursts of 4 to 12."""
    wanted, places = max(1, round(share * len(words))), set[int]()
    while len(places) < wanted:
        start, length = int(rng.random() * len(words)), int(4 + rng.random() * 9) if burst else 1
        places.update(range(start, min(start + min(length, wanted - len(places)), len(words))))
    edited, other = [], iter(script.draw(rng, len(places)))
    for place, word in enumerate(words):
        if place not in places:
            edited.append(word)
            continue
        luck, new = rng.random(), next(other)
        edited += [new] if luck < .6 else [] if luck < .8 else [word, new]
    return edited


def copy(rng: Random, script: Script, words: list[str]) -> list[str]:
    """One more report of the same text; the ranges spread resemblances evenly from about .4 to 1."""
    kind = rng.random()
    if kind < .35:
        return edit(rng, script, words, rng.random() * .09, burst=False)
    if kind < .70:
        return edit(rng, script, words, rng.random() * .25, burst=True)
    if kind < .80:
        return words[: int(len(words) * (.5 + rng.random() * .48))]
    if kind < .90:
        return words + script.article(rng, max(10, int(len(words) * rng.random() * .8)))
    return words


def template(rng: Random, script: Script, words: list[str], size: int) -> list[list[str]]:
    """Statements that share the same blocks of 40 words, half to three quarters of all; the rest is each one's own."""
    blocks = [words[start : start + 40] for start in range(0, len(words), 40)]
    common = set(rng.sample(range(len(blocks)), round(len(blocks) * (.5 + rng.random() * .25))))
    return [[word for place, b in enumerate(blocks) for word in (b if place in common else script.draw(rng, len(b)))] for _ in range(size)]


def text(words: list[str]) -> str:
    return "\n".join(" ".join(words[start : start + PARAGRAPH]) for start in range(0, len(words), PARAGRAPH))


def shingles(article: str) -> set[tuple[str, ...]]:
    """The runs of 5 words; of a shorter text, the text."""
    words = WORD.findall(article.lower())
    return set(zip(*(words[start:] for start in range(SHINGLE)))) or {tuple(words)}


def groups(rng: Random, count: int, lengths: tuple[int, int]) -> Iterator[tuple[list[str], str]]:
    """The articles of one block, those made from one text together, with the name of what they are to each other."""
    def base(number: int) -> tuple[Script, list[str]]:
        script = scripts()[number % 2]
        return script, script.article(rng, rng.randint(*lengths))
    copies, templates, made = round(count * COPIES), round(count * TEMPLATES), 0
    for number in itertools.count():
        script, words = base(number)
        if made + 1 < copies:
            size = min(rng.randint(2, 8), copies - made)
            group, name = [words, *(copy(rng, script, words) for _ in range(size - 1))], "copy"
        elif made + 1 < copies + templates:
            group, name = template(rng, script, words, min(10, copies + templates - made)), "template"
        elif made < count:
            group, name = [words], ""
        else:
            return
        made += len(group)
        yield [text(words) for words in group], name


def block(number: int, *, seed: int, articles: int, lengths: tuple[int, int], kind: str) -> tuple[list[str], list[Pair]]:
    """The articles of one block and its planted pairs, numbered within the block."""
    rng, count = Random(f"{kind} {seed} {number}"), min(BLOCK, articles - number * BLOCK)
    script, out, pairs = scripts()[0], list[str](), list[Pair]()
    if kind == "hot":
        rng_of_all = Random(f"{kind} {seed}")
        words = script.article(rng_of_all, rng_of_all.randint(*lengths))
        for new in script.draw(rng, count):
            place = int(rng.random() * len(words))
            out.append(text([*words[:place], new, *words[place + 1 :]]))
        return out, pairs
    if kind == "distinct":
        return [text(script.article(rng, rng.randint(*lengths))) for _ in range(count)], pairs
    for group, name in groups(rng, count, lengths):
        sets = [shingles(article) for article in group] if name else []
        for (a, of_a), (b, of_b) in itertools.combinations(enumerate(sets, len(out)), 2):
            shared = len(of_a & of_b)
            pairs.append((a, b, shared, len(of_a) + len(of_b) - shared, name))
        out += group
    return out, pairs


def generate(articles: int, lengths: tuple[int, int], seed: int, kind: str = "news", processes: int | None = None) -> tuple[list[bytes], list[Pair]]:
    """The lines of the corpus, shuffled, and the planted pairs. Holds the corpus in memory."""
    make = partial(block, seed=seed, articles=articles, lengths=lengths, kind=kind)
    texts, pairs = list[bytes](), list[Pair]()
    scripts()
    with multiprocessing.Pool(processes) as pool:
        for out, planted in pool.imap(make, range(-(-articles // BLOCK))):
            pairs += [(len(texts) + a, len(texts) + b, *rest) for a, b, *rest in planted]
            texts += [json.dumps(article, ensure_ascii=False).encode() for article in out]
    order = list(range(articles))
    Random(f"order {seed}").shuffle(order)
    place = sorted(range(articles), key=order.__getitem__)
    lines = [b'{"id":"%07d","text":%s}\n' % (number, texts[old]) for number, old in enumerate(order)]
    return lines, sorted((*sorted((place[a], place[b])), *rest) for a, b, *rest in pairs)


def write(folder: Path, lines: list[bytes], pairs: list[Pair]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "corpus.jsonl", "wb") as file:
        file.writelines(lines)
    with open(folder / "pairs.tsv", "w", encoding="ascii") as file:
        file.writelines("\t".join(map(str, pair)) + "\n" for pair in pairs)


def span(value: str) -> tuple[int, int]:
    """`300-600` as two numbers, for the command line."""
    low, _, high = value.partition("-")
    if not (low.isdigit() and high.isdigit() and 20 <= int(low) <= int(high)):
        raise argparse.ArgumentTypeError(f"{value!r} is not a range of words such as 300-600, from 20")
    return int(low), int(high)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--words", type=span, default=(300, 600))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=("news", "hot", "distinct"), default="news")
    args = parser.parse_args()
    write(args.folder, *generate(args.articles, args.words, args.seed, args.kind))


if __name__ == "__main__":
    main()
