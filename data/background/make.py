#!/usr/bin/env python3
"""Write the background document-frequency tables {ar,en,tr,ru,fa,de,es,fr}.tsv of this folder.

  python3 -m venv v && v/bin/pip install wordfreq==3.1.1 && v/bin/python make.py     (half a minute; the same bytes on every run)

A word's probability p comes from the word lists that ship inside wordfreq 3.1.1. It becomes the number of articles per million
that hold the word, if an article is L = 300 independent draws: df = 1e6 * (1 - (1 - p)^L), rounded half up. See README.md for the licence.
"""
import math, os, unicodedata
from collections import defaultdict
from wordfreq import get_frequency_dict

VERSION = "wordfreq 3.1.1"
LANGUAGES = ["ar", "en", "tr", "ru", "fa", "de", "es", "fr"]
ARTICLE_TOKENS = 300        # L
WORDS = 20_000              # at most so many words per table …
BYTES = 350_000             # … and so many bytes per file, whichever comes first

INVISIBLE = {0xAD, 0x61C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10)}
MARKS = {0x640, 0x670, *range(0x610, 0x61B), *range(0x64B, 0x660), *range(0x6D6, 0x6DD), *range(0x6DF, 0x6E5), 0x6E7, 0x6E8,
         *range(0x6EA, 0x6EE), *range(0x8D3, 0x8E2), *range(0x8E3, 0x900)}
LETTERS = {}
for to, several in {"ا": "أإآٱٲٳٵ", "ي": "ىیېےۓ", "ك": "کڪ", "ه": "ہھەۀۂةۃ"}.items():
    LETTERS.update({ord(c): to for c in several})


def normalize(text):
    """Rules N3, N2, N6–N9 of the normalization, as far as a word list needs them."""
    text = "".join(c for c in text if ord(c) not in INVISIBLE)
    text = unicodedata.normalize("NFKC", text)
    text = "".join(c for c in text if ord(c) not in MARKS).translate(LETTERS)
    text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    return text.casefold().replace("i\u0307", "i").replace("ı", "i")


def tokens(text):
    """Runs of letters and digits."""
    out, run = [], ""
    for c in normalize(text) + " ":
        if unicodedata.category(c)[0] == "L" or c.isdecimal():
            run += c
        elif run:
            out.append(run)
            run = ""
    return out


def table(language):
    """-> [(word, df)], most frequent first. wordfreq writes every number of two or more digits as zeros ("00"): those are left out,
    and so are words that mix letters and digits, or scripts."""
    spelt = defaultdict(list)
    for entry, p in get_frequency_dict(language, wordlist="best").items():
        for t in tokens(entry):
            digits = sum(c.isdecimal() for c in t)
            scripts = {unicodedata.name(c, "?").split()[0] for c in t}
            if len(t) == 1 or (digits == 0 and len(scripts) == 1):
                spelt[t].append(p)
    rows = []
    for word, ps in spelt.items():
        df = math.floor(1e6 * (1 - (1 - math.fsum(ps)) ** ARTICLE_TOKENS) + .5)
        if df >= 1:
            rows.append((word, df))
    rows.sort(key=lambda r: (-r[1], r[0]))
    return rows[:WORDS]


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    for language in LANGUAGES:
        head = (f"# background document frequency, {language}: articles per 1,000,000 that hold the word\n"
                f"# source: {VERSION} (Robyn Speer, https://doi.org/10.5281/zenodo.7199437), its word list \"best\"; changed by us: make.py, README.md\n"
                "# licence: CC BY-SA 4.0, https://creativecommons.org/licenses/by-sa/4.0/\n"
                f"# formula: df = 1e6 * (1 - (1 - p)^{ARTICLE_TOKENS}), p summed over spellings that normalize to one word\n")
        lines, size = [], len(head.encode())
        for word, df in table(language):
            line = f"{word}\t{df}\n"
            size += len(line.encode())
            if size > BYTES:
                break
            lines.append(line)
        with open(os.path.join(here, language + ".tsv"), "w", encoding="utf-8", newline="\n") as f:
            f.write(head + "".join(lines))
        print(language, len(lines), "words, last", repr(lines[-1]))


if __name__ == "__main__":
    main()
