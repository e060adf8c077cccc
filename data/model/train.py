#!/usr/bin/env python3
"""Fit the curves of the story score and write story.tsv. No randomness: the same input gives the same table.

  python3 -m venv v && v/bin/pip install numpy scipy scikit-learn
  v/bin/python train.py NAME.tsv … [-o story.tsv] [--left-out] [--weight PREFIX=W …] [--without FEATURE,…]

NAME.tsv comes from `cargo run --release --example story_features`: corpora of one language each, the copy group and label of every article, and
what the model sees of every pair of groups that was compared. A corpus weighs 1/sqrt(its pairs), times --weight. The model is logistic over ramps
with weights >= 0, so that every curve is monotone; a feature that is unknown adds nothing.
--left-out prints ARI and B-cubed F1 of each set with the set left out of training.
"""
import argparse, heapq, os
from collections import Counter, defaultdict
import numpy as np
from scipy.optimize import minimize
from scipy.sparse import coo_matrix, csr_matrix
from sklearn.metrics import adjusted_rand_score, roc_auc_score

HERE = os.path.dirname(os.path.abspath(__file__))
COSINE = [0, 500, 1000, 1500, 2000, 3000, 4500, 7000]
AROUND = [-4000, -2000, -1000, -500, 0, 500, 1000, 2000, 4000]
SHARE = [0, 1000, 2000, 3000, 4500, 6000, 8000]
KNOTS = {"words": COSINE, "chars": COSINE, "about": SHARE, "words_around": AROUND, "chars_around": AROUND,
         "numbers": COSINE, "length": [8, 16, 32, 64], "burst": [0, 128, 256, 384, 512, 640, 768], "gap": [0, 1, 2, 4, 10, 30, 80, 200, 540]}
# … and of pairs in two languages
ACROSS = {"concepts": [0, 500, 1000, 1500, 2000, 3000, 4500, 6000, 8000], "names": [0, 500, 1000, 1500, 2000, 3000, 4500, 7000],
          "concepts_around": AROUND, "all_around": AROUND, "numbers": [0, 1000, 3000, 6000, 10000], "length": [8, 16, 32, 64],
          "burst": [0, 128, 256, 384, 512, 640, 768], "gap": [0, 1, 2, 4, 10, 30, 200]}
FALLING = {"gap"}
EITHER = {"length"}                 # may rise and fall
SOMETIMES = {"gap", "numbers"}      # may be unknown: being known may count either way
L2 = 1e-4
EDGE, MERGE = .02, .35


def values(cells):
    return {k: None if v == "-" else int(v) for k, v in (x.split("=") for x in cells)}


def read(path):
    corpus = None
    for line in open(path, encoding="utf-8"):
        kind, *row = line.rstrip("\n").split("\t")
        if kind == "corpus":
            if corpus:
                yield corpus
            corpus = dict(name=row[0], articles=[], pairs=[], features=[], alone=[])
        elif kind == "article":
            corpus["articles"].append((int(row[0]), int(row[1])))
        elif kind == "pair":
            corpus["pairs"].append((int(row[0]), int(row[1])))
            corpus["features"].append(values(row[2:]))
        else:
            corpus["alone"].append((row[0] == "1", values(row[1:])))
    if corpus:
        yield corpus


def ramps(features, curves):
    columns, names = [], []
    for name, knots in curves.items():
        known = np.array([f.get(name) is not None for f in features], float)
        x = np.array([f.get(name) or 0 for f in features], float)
        for a, b in zip(knots, knots[1:]):
            r = np.clip((x - a) / (b - a), 0, 1)
            columns.append((1 - r if name in FALLING else r) * known)
            names.append((name, a))
        if name in SOMETIMES:
            columns.append(known)
            names.append((name, "known"))
    return np.stack(columns, 1), names


def load(paths, weights):
    out = []
    for path in paths:
        for corpus in read(path):
            if not corpus["pairs"]:
                continue
            labels = defaultdict(Counter)
            for group, gold in corpus["articles"]:
                labels[group][gold] += 1
            label = {group: max(sorted(c), key=c.get) for group, c in labels.items()}
            corpus["y"] = np.array([label[a] == label[b] for a, b in corpus["pairs"]])
            corpus["across"] = ":across" in corpus["name"]
            corpus["x"], corpus["columns"] = ramps(corpus["features"], ACROSS if corpus["across"] else KNOTS)
            corpus["w"] = len(corpus["pairs"]) ** -.5
            for prefix, weight in weights:
                if corpus["name"].startswith(prefix):
                    corpus["w"] *= weight
            corpus["set"] = corpus["name"].split(":")[0]
            total = sum(v * (v - 1) // 2 for v in Counter(label.values()).values())
            corpus["recall"] = corpus["y"].sum() / max(1, total)
            out.append(corpus)
    return out


def fit(corpora):
    x = np.concatenate([c["x"] for c in corpora])
    x = np.hstack([x, np.ones((len(x), 1))])
    y = np.concatenate([c["y"] for c in corpora]).astype(float)
    w = np.concatenate([np.full(len(c["y"]), c["w"]) for c in corpora])
    w /= w.sum()

    def loss(t):
        z = x @ t
        return (w * (np.logaddexp(0, z) - y * z)).sum() + L2 * (t[:-1] ** 2).sum(), x.T @ (w * (1 / (1 + np.exp(-z)) - y)) + 2 * L2 * np.append(t[:-1], 0)
    bounds = [(None, None) if knot == "known" or name in EITHER else (0, None) for name, knot in corpora[0]["columns"]] + [(None, None)]
    return minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500}).x


def merges(n, pairs, p, least):
    """The merges of average linkage, a missing pair being 0, and their means."""
    sums, size, parent, out = [dict() for _ in range(n)], [1] * n, list(range(n)), []
    for (a, b), v in zip(pairs, p):
        if v >= EDGE:
            sums[a][b] = sums[b][a] = v
    heap = [(-s, a, b) for a in range(n) for b, s in sums[a].items() if a < b]
    heapq.heapify(heap)
    while heap:
        m, a, b = heapq.heappop(heap)
        if parent[a] != a or parent[b] != b or b not in sums[a] or -sums[a][b] / (size[a] * size[b]) != m:
            continue
        if -m < least:
            break
        out.append((-m, a, b))
        parent[b] = a
        size[a] += size[b]
        for c, s in sums[b].items():
            del sums[c][b]
            if c != a:
                sums[a][c] = sums[c][a] = sums[a].get(c, 0) + s
        for c, s in sums[a].items():
            heapq.heappush(heap, (-s / (size[a] * size[c]), min(a, c), max(a, c)))
    return out


def cut(n, merged, least):
    parent = list(range(n))

    def root(x):
        while parent[x] != x:
            x = parent[x]
        return x
    for m, a, b in merged:
        if m >= least:
            parent[root(b)] = root(a)
    return np.array([root(x) for x in range(n)])


def silhouette(near, labels):
    """Mean silhouette, a report alone counting 0; as in src/story/resolution.rs."""
    _, labels = np.unique(labels, return_inverse=True)
    n, size = len(labels), np.bincount(labels)
    to = near @ csr_matrix((np.ones(n), (np.arange(n), labels)))
    inside = np.asarray(to[np.arange(n), labels]).ravel() / np.maximum(1, size[labels] - 1)
    to = to.tocoo()
    outside, other = np.zeros(n), to.col != labels[to.row]
    np.maximum.at(outside, to.row[other], (to.data / size[to.col])[other])
    return np.where(size[labels] == 1, 0, (inside - outside) / np.maximum(1e-4, 1 - np.minimum(inside, outside))).mean()


def shift(corpus, n, z):
    """How fine a corpus is cut, in logits; as in src/story/resolution.rs."""
    bound, (a, b) = np.log(MERGE / (1 - MERGE)), np.array(corpus["pairs"]).T
    alike = np.array([f["words"] + f["chars"] for f in corpus["features"]]) / 20000
    near = coo_matrix((alike, (a, b)), shape=(n, n)).tocsr()
    near = near + near.T
    steps = np.arange(-4, 6) / 2
    merged = merges(n, corpus["pairs"], 1 / (1 + np.exp(-z)), 1 / (1 + np.exp(steps[-1] - bound)))

    def worth(step):
        s = silhouette(near, cut(n, merged, 1 / (1 + np.exp(step - bound))))
        return np.log(max(s * n, 1e-4)) - .045 * step ** 2 * (1 + (100 / n) ** 2)
    return max(steps, key=lambda step: (worth(step), -abs(step)))


def ari(corpus, t):
    """ARI and B-cubed F1 of the stories, without the last step that joins fragments of large ones."""
    n = 1 + max(group for group, _ in corpus["articles"])
    z = corpus["x"] @ t[:-1] + t[-1]
    z += shift(corpus, n, z)
    found = cut(n, merges(n, corpus["pairs"], 1 / (1 + np.exp(-z)), MERGE), MERGE)
    gold, found = [gold for _, gold in corpus["articles"]], [found[group] for group, _ in corpus["articles"]]
    both, g, f = Counter(zip(gold, found)), Counter(gold), Counter(found)
    p, r = (sum(c * c / d[k[at]] for k, c in both.items()) for d, at in ((f, 1), (g, 0)))
    return f"{adjusted_rand_score(gold, found):.3f} / {2 * p * r / (p + r) / len(gold):.3f}"


def lone(corpora, t):
    """What replaces the neighborhood where there is none: the largest constant at which a tenth of the most alike pairs of two stories would merge if
    they were all there is. Two pages alone cannot show what is common around them, so precision comes first."""
    rows = [(c["w"] * len(c["pairs"]) ** .5 / len(c["alone"]), y, f) for c in corpora for y, f in c["alone"]]
    w, y = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    z = ramps([r[2] for r in rows], KNOTS)[0] @ t[:-1] + t[-1]
    bound = np.log(MERGE / (1 - MERGE))
    best = max(x / 20 for x in range(-100, 201) if (w * ~y * (z + x / 20 >= bound)).sum() <= .1 * (w * ~y).sum())
    merged = z + best >= bound
    print(f"lone {best}: of pairs alone merge {(w * y * merged).sum() / (w * y).sum():.2f} of one story, {(w * ~y * merged).sum() / (w * ~y).sum():.2f} of the most alike of two")
    return best


def curves(f, prefix, knots_of, columns, t):
    """Cumulative sums of the ramp weights, in millilogits."""
    f.write(f"{prefix}bias\t0\t{round(1000 * t[-1])}\n")
    weight = dict(zip(columns, t))
    for name, knots in knots_of.items():
        y = weight.get((name, "known"), 0.0)
        if name in FALLING:
            y += sum(weight[name, a] for a in knots[:-1])
        f.write(f"{prefix}{name}\t{knots[0]}\t{round(1000 * y)}\n")
        for a, b in zip(knots, knots[1:]):
            y += -weight[name, a] if name in FALLING else weight[name, a]
            f.write(f"{prefix}{name}\t{b}\t{round(1000 * y)}\n")


def write(path, within, t, alone, across, u):
    with open(path, "w", encoding="utf-8", newline="\n") as f:
        f.write("# the story score: name, x, millilogits; between two points a straight line, beyond the ends flat; written by train.py\n"
                "# cosines and shares in 1/10000, burst in 1/256, gap in days, length in tokens; squash: millilogits -> probability in 1/65536\n")
        curves(f, "", KNOTS, within["columns"], t)
        f.write(f"lone\t0\t{round(1000 * alone)}\nlone\t1\t{round(1000 * alone)}\n")
        curves(f, "across:", ACROSS, across["columns"], u)
        for k in range(-40, 41):
            f.write(f"squash\t{250 * k}\t{round(65536 / (1 + np.exp(-k / 4)))}\n")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("sets", nargs="+")
    ap.add_argument("-o", default=os.path.join(HERE, "story.tsv"))
    ap.add_argument("--left-out", action="store_true")
    ap.add_argument("--weight", action="append", default=[])
    ap.add_argument("--without", default="")
    a = ap.parse_args()
    for name in filter(None, a.without.split(",")):
        KNOTS.pop(name)
    every = load(a.sets, [(k, float(v)) for k, v in (x.split("=") for x in a.weight)])
    corpora, across = ([c for c in every if c["across"] == kind] for kind in (False, True))
    t = fit(corpora)
    write(a.o, corpora[0], t, lone(corpora, t), across[0], fit(across))
    for c in across:
        p = c["x"] @ fit(across)[:-1]
        print(f"{c['name']:28} {len(c['articles']):5} articles {len(c['pairs']):6} pairs, recall {c['recall']:.3f} of all   AUC {roc_auc_score(c['y'], p):.3f}")
    left = {s: fit([c for c in corpora if c["set"] != s]) for s in sorted({c["set"] for c in corpora})} if a.left_out else {}
    for c in corpora:
        out = f"   left out {ari(c, left[c['set']])}" if left else ""
        print(f"{c['name']:28} {len(c['articles']):5} articles {len(c['pairs']):6} pairs, recall {c['recall']:.3f}   ARI / B3 {ari(c, t)}{out}", flush=True)


if __name__ == "__main__":
    main()
