#!/usr/bin/env python3
"""The story score, as a slow and plain reference for the Rust code. Every number that decides is an integer.

  python reference.py SET.jsonl > assignments.jsonl          rows of {id, story, score}; SET has id, title, text, published, lang
  python reference.py SET.jsonl --pair A B                   what the score of two articles is made of

Needs PyStemmer. Reads ../background/*.tsv and story.tsv (or --background DIR, --model FILE). Languages are clustered apart.
"""
import argparse, datetime, heapq, json, math, os, re, sys, unicodedata
from collections import Counter, defaultdict
import Stemmer

HERE = os.path.dirname(os.path.abspath(__file__))
PRIOR = 20              # articles that the background table counts for
MILLION = 1_000_000
UNKNOWN_WORD = 300      # articles per million for a stem that the table does not have
UNKNOWN_GRAM = 1000     # and for a character 4-gram
LEAD = 75               # tokens of title + text that give character 4-grams
HEAVY = 30              # heaviest terms of an article that look for candidates
LONG = 1000             # a term in more articles than this looks for none
NEAREST = 40            # candidates per article by words …
NEAREST_IN_TIME = 10    # … and as many more among those at most DAYS_IN_TIME days away
DAYS_IN_TIME = 2
SALIENT = 10            # terms that an article is about
AROUND = 10             # candidates that make up an article's neighbourhood
AROUND_FLOOR = 500      # least neighbourhood, 1/10000
EDGE = 1311             # a probability below .02 is no edge
MERGE = 19661           # average probability that merges two clusters, 1/65536 (.30)

INVISIBLE = {0xAD, 0x61C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10)}
MARKS = {0x640, 0x670, *range(0x610, 0x61B), *range(0x64B, 0x660), *range(0x6D6, 0x6DD), *range(0x6DF, 0x6E5), 0x6E7, 0x6E8,
         *range(0x6EA, 0x6EE), *range(0x8D3, 0x8E2), *range(0x8E3, 0x900)}
FOLD = {c: None for c in INVISIBLE | MARKS}
for _to, _several in {"ا": "أإآٱٲٳٵ", "ي": "ىیېےۓ", "ك": "کڪ", "ه": "ہھەۀۂةۃ"}.items():
    FOLD.update({ord(c): _to for c in _several})
_AL, _ST = "\u0621-\u063a\u0641-\u064a\u066e-\u06d3\u06d5\u06fa-\u06ff", re.escape(".·•∙⋅‧․…*_~|/\\^˙=+٭#@")
REPAIR = re.compile(f"(?<=[{_AL}])(?:[{_ST}]*ـ[{_ST}ـ]*[{_ST}][{_ST}ـ]*|[{_ST}]+ـ[{_ST}ـ]*)(?=[{_AL}])|(?<=[{_AL}])ـ {{1,2}}ـ(?=[{_AL}])")


def tokens(text):
    """design/text.md N2–N9 in short, then runs of letters and digits."""
    t = "".join(c for c in REPAIR.sub("", text) if ord(c) not in INVISIBLE)
    t = unicodedata.normalize("NFKC", t).translate(FOLD)
    t = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in t)
    return re.findall(r"[^\W_]+", t.casefold().replace("i\u0307", "i").replace("ı", "i"))


SNOWBALL = {"en": Stemmer.Stemmer("english"), "ru": Stemmer.Stemmer("russian"), "tr": Stemmer.Stemmer("turkish")}
PREFIXES, SUFFIXES = ("وال", "بال", "كال", "فال", "ال", "لل"), ("ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي")


def light10(w):
    if len(w) >= 4 and w[0] == "و":
        w = w[1:]
    for p in PREFIXES:
        if w.startswith(p) and len(w) - len(p) >= 2:
            w = w[len(p):]
            break
    for s in SUFFIXES:                       # in this order, each at most once
        if w.endswith(s) and len(w) - len(s) >= 2:
            w = w[:-len(s)]
    return w


def stem(w, lang, memo={}):
    if w.isdigit():
        return w
    if (w, lang) not in memo:
        memo[w, lang] = light10(w) if lang == "ar" else SNOWBALL[lang].stemWord(w) if lang in SNOWBALL else w
    return memo[w, lang]


def ln256(num, den):
    """256 * ln(num / den), rounded half up, for num >= den > 0: log2 with 16 binary places by squaring, times ln 2."""
    assert num >= den > 0
    whole = (num // den).bit_length() - 1
    x = (num << 32) // (den << whole)        # 1 <= x / 2^32 < 2
    frac = 0
    for _ in range(16):
        x = (x * x) >> 32
        frac <<= 1
        if x >> 33:
            x >>= 1
            frac |= 1
    return (((whole << 16) | frac) * 11_629_080 + (1 << 31)) >> 32      # 256 ln 2 / 2^16 = 11629080 / 2^32


def grams(words):
    out = []
    for w in words:
        w = f" {w} "
        out += [w] if len(w) <= 4 else [w[k:k + 4] for k in range(len(w) - 3)]
    return out


def background(lang, folder, memo={}):
    """-> ({stem: df}, {gram: df}) per million; empty for a language without table."""
    if (lang, folder) not in memo:
        stems, gram = defaultdict(int), defaultdict(int)
        path = os.path.join(folder, lang + ".tsv")
        if lang and os.path.exists(path):
            for line in open(path, encoding="utf-8"):
                if line.startswith("#"):
                    continue
                w, df = line.rstrip("\n").split("\t")
                stems[stem(w, lang)] += int(df)
                for g in set(grams([w])):
                    gram[g] += int(df)
        memo[lang, folder] = tuple({k: min(MILLION, v) for k, v in d.items()} for d in (stems, gram))
    return memo[lang, folder]


def idf_table(lists, table, default):
    df = Counter(t for l in lists for t in set(l))
    n = len(lists)
    return {t: ln256(max((n + PRIOR) * MILLION, d * MILLION + PRIOR * table.get(t, default)), d * MILLION + PRIOR * table.get(t, default))
            for t, d in df.items()}, df


def vector(terms, idf):
    """-> ({term: weight in 1/256}, sum of squares); weight = (1 + ln tf) * idf."""
    v = {t: ((256 + ln256(c, 1)) * idf[t] + 128) >> 8 for t, c in Counter(terms).items()}
    v = {t: x for t, x in v.items() if x}
    return v, sum(x * x for x in v.values())


def cosine(a, b):
    """10000 * cosine, rounded down."""
    if not a[1] or not b[1]:
        return 0
    if len(a[0]) > len(b[0]):
        a, b = b, a
    other = b[0]
    return min(10_000, 10_000 * sum(x * other[t] for t, x in a[0].items() if t in other) // math.isqrt(a[1] * b[1]))


def day_of(date):
    m = re.match(r"(\d{4})-(\d\d)-(\d\d)", date or "")
    return datetime.date(*map(int, m.groups())).toordinal() if m else None


class Corpus:
    """Articles of one language, their vectors, candidates and neighbourhoods: the reference snapshot."""

    def __init__(self, rows, lang, folder):
        self.rows = rows = sorted(rows, key=lambda r: r["id"])
        self.n = n = len(rows)
        raw = [tokens(r.get("title") or "") + tokens(r["text"]) for r in rows]
        words = [[stem(w, lang) for w in l] for l in raw]
        chars = [grams(l[:LEAD]) for l in raw]
        stems, gram = background(lang, folder)
        idf, df = idf_table(words, stems, UNKNOWN_WORD)
        self.word = [vector(l, idf) for l in words]
        cidf, _ = idf_table(chars, gram, UNKNOWN_GRAM)
        self.char = [vector(l, cidf) for l in chars]
        self.salient = []
        for l in words:
            c = Counter(w for w in l if not w.isdigit() and len(w) >= 3)
            top = sorted(((k * idf[w], w) for w, k in c.items() if idf[w]), key=lambda x: (-x[0], x[1]))[:SALIENT]
            self.salient.append(([w for _, w in top], [x for x, _ in top]))
        self.sets = [set(l) for l in words]
        self.day = [day_of(r.get("published")) for r in rows]
        self.burst = self._burst()
        self._candidates(df)
        self._around()

    def _burst(self):
        """256 ln of how many times more often two dates meet (0–1 days) than nearby dates (2–15 days) say they would; never below 0."""
        per = Counter(d for d in self.day if d is not None)
        c = [sum(k * (k - 1) // 2 for k in per.values())] + [sum(k * per.get(d + g, 0) for d, k in per.items()) for g in range(1, 16)]
        num, den = (c[0] + c[1] + 3) * 28, 3 * (sum(c[2:]) + 28)
        return ln256(num, den) if num > den else 0

    def _candidates(self, df):
        post = defaultdict(list)
        for i, (v, _) in enumerate(self.word):
            for t, x in v.items():
                if 2 <= df[t] <= LONG:
                    post[t].append((i, x))
        root = [math.isqrt(q) or 1 for _, q in self.word]
        self.near = [set() for _ in range(self.n)]
        for a in range(self.n):
            v = self.word[a][0]
            heavy = sorted((t for t in v if 2 <= df[t] <= LONG), key=lambda t: (-v[t], t))[:HEAVY]
            part = defaultdict(int)
            for t in heavy:
                for b, x in post[t]:
                    if b != a:
                        part[b] += v[t] * x
            order = sorted(((-(p << 8) // root[b], b) for b, p in part.items()))       # rows are sorted by id: ties by key
            in_time = [b for _, b in order if self.day[a] is not None and self.day[b] is not None and abs(self.day[a] - self.day[b]) <= DAYS_IN_TIME]
            for b in [b for _, b in order[:NEAREST]] + in_time[:NEAREST_IN_TIME]:
                self.near[a].add(b)
                self.near[b].add(a)

    def _around(self):
        self.cos = {(a, b): (cosine(self.word[a], self.word[b]), cosine(self.char[a], self.char[b]))
                    for a in range(self.n) for b in self.near[a] if a < b}
        best = [([], []) for _ in range(self.n)]
        for (a, b), (w, c) in self.cos.items():
            for x in (a, b):
                best[x][0].append(w)
                best[x][1].append(c)
        self.around = [tuple(max(AROUND_FLOOR, sum(sorted(l, reverse=True)[:AROUND]) // AROUND) for l in two) for two in best]

    def _holds(self, a, b):
        terms, x = self.salient[a]
        return 10_000 * sum(y for t, y in zip(terms, x) if t in self.sets[b]) // sum(x) if sum(x) else 0

    def features(self, a, b):
        """What the model sees of two candidates. None where a feature says nothing."""
        if a > b:
            a, b = b, a
        w, c = self.cos[a, b]
        gap = abs(self.day[a] - self.day[b]) if self.day[a] is not None and self.day[b] is not None else None
        lone = self.n <= AROUND              # too few articles to have a neighbourhood
        return {"words": w, "chars": c, "about": (self._holds(a, b) + self._holds(b, a)) // 2,
                "words_around": None if lone else w - (self.around[a][0] + self.around[b][0]) // 2,
                "chars_around": None if lone else c - (self.around[a][1] + self.around[b][1]) // 2,
                "lone": 0 if lone else None, "gap": gap, "burst": self.burst if gap is not None and gap <= 1 else None}


class Model:
    """story.tsv: bias, curves (x, millilogits) and the squashing table (millilogits, probability in 1/65536)."""

    def __init__(self, path):
        self.curves, self.bias = defaultdict(list), 0
        for line in open(path, encoding="utf-8"):
            if not line.startswith("#") and line.strip():
                name, x, y = line.split("\t")
                if name == "bias":
                    self.bias = int(y)
                else:
                    self.curves[name].append((int(x), int(y)))

    def curve(self, name, x):
        if x is None:
            return 0
        k = self.curves[name]
        if x <= k[0][0]:
            return k[0][1]
        for (x0, y0), (x1, y1) in zip(k, k[1:]):
            if x <= x1:
                return y0 + (y1 - y0) * (x - x0) // (x1 - x0)       # floor division
        return k[-1][1]

    def parts(self, f):
        return {name: self.curve(name, f[name]) for name in f}

    def probability(self, f):
        return self.curve("squash", self.bias + sum(self.parts(f).values()))


def link(n, edges, threshold=MERGE):
    """Average linkage. edges: {(a, b): probability}; a missing pair is 0. Ties: the pair with the smaller keys (least members) first."""
    sums = [dict() for _ in range(n)]
    for (a, b), p in edges.items():
        if p >= EDGE:
            sums[a][b] = sums[b][a] = p
    size, alive, label = [1] * n, [True] * n, list(range(n))
    heap = []

    class Entry:                              # larger average first (compared by cross-multiplication), then smaller keys
        __slots__ = ("s", "m", "a", "b")

        def __init__(self, a, b):
            self.a, self.b = min(a, b), max(a, b)
            self.s, self.m = sums[a][b], size[a] * size[b]

        def __lt__(self, o):
            x, y = self.s * o.m, o.s * self.m
            return x > y if x != y else (self.a, self.b) < (o.a, o.b)

    for a in range(n):
        for b in sums[a]:
            if a < b:
                heapq.heappush(heap, Entry(a, b))
    while heap:
        e = heapq.heappop(heap)
        if e.s < threshold * e.m:
            break
        a, b = e.a, e.b
        if not (alive[a] and alive[b]) or sums[a].get(b) != e.s or size[a] * size[b] != e.m:
            continue
        alive[b] = False                      # the cluster keeps its smallest member as its name
        label[b] = a
        size[a] += size[b]
        for c, s in sums[b].items():
            del sums[c][b]
            if c != a:
                sums[a][c] = sums[c][a] = sums[a].get(c, 0) + s
        sums[b] = {}
        for c in sums[a]:
            heapq.heappush(heap, Entry(a, c))

    def root(x):
        while label[x] != x:
            x = label[x]
        return x
    return [root(x) for x in range(n)]


def languages(rows):
    out = defaultdict(list)
    for r in rows:
        out[r.get("lang") or ""].append(r)
    return out


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("set")
    ap.add_argument("--pair", nargs=2)
    ap.add_argument("--background", default=os.path.join(HERE, "..", "background"))
    ap.add_argument("--model", default=os.path.join(HERE, "story.tsv"))
    a = ap.parse_args()
    rows = [json.loads(x) for x in open(a.set, encoding="utf-8") if x.strip()]
    model = Model(a.model)
    for lang, part in sorted(languages(rows).items()):
        if a.pair and not any(r["id"] in a.pair for r in part):
            continue
        c = Corpus(part, lang, a.background)
        if a.pair:
            at = {r["id"]: i for i, r in enumerate(c.rows)}
            i, j = (at[x] for x in a.pair)
            if j not in c.near[i]:
                sys.exit("no candidates of each other")
            f = c.features(i, j)
            print("around", c.around[i], c.around[j], "corpus burst", c.burst)
            for name, y in model.parts(f).items():
                print(f"{name:14} {f[name]!s:>7} {y:>7}")
            print(f"bias {'':18} {model.bias:>7}\nprobability    {model.probability(f)} / 65536 = {model.probability(f) / 65536:.3f}")
            return
        p = {k: model.probability(c.features(*k)) for k in c.cos}
        found = link(c.n, p)
        members = defaultdict(list)
        for i, s in enumerate(found):
            members[s].append(i)
        for i, s in enumerate(found):
            others = [p.get((min(i, j), max(i, j)), 0) for j in members[s] if j != i]
            print(json.dumps({"id": c.rows[i]["id"], "story": c.rows[s]["id"], "score": round(sum(others) / len(others) / 65536, 4) if others else None}, ensure_ascii=False))


if __name__ == "__main__":
    main()
