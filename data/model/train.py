#!/usr/bin/env python3
"""Fit the curves of the story score and write story.tsv. No randomness: the same input gives the same table.

  python3 -m venv v && v/bin/pip install numpy scipy scikit-learn PyStemmer
  v/bin/python train.py SET.jsonl … [-o story.tsv] [--loso] [--weight PREFIX=W …]

SET.jsonl: rows of {id, gold, lang, title, text, published}. Each language of a set is a corpus of its own. A set with dates on more than half of its articles is
used twice, with and without them. A corpus weighs 1/sqrt(its candidate pairs), times --weight. The model is logistic over ramps with weights >= 0, so that
every curve is monotone. --loso prints the ARI of each set with the set left out of training (file names up to the first "_" or "-" are one set).
"""
import argparse, json, os, re, sys
import numpy as np
from scipy.optimize import minimize
from sklearn.metrics import adjusted_rand_score
from reference import Corpus, Model, languages, link, HERE

COS = [0, 500, 1000, 1500, 2000, 3000, 4500, 7000]
REL = [-4000, -2000, -1000, -500, 0, 500, 1000, 2000, 4000]
KNOTS = {"words": COS, "chars": COS, "about": [0, 1000, 2000, 3000, 4500, 6000, 8000], "words_around": REL, "chars_around": REL,
         "burst": [0, 180, 360, 540, 720], "gap": [0, 1, 2, 4, 10, 30, 80, 200, 540]}
FREE = {"known"}            # a known date may count either way
L2 = 1e-4


def ramps(feats):
    cols, names = [], []
    for k, kn in KNOTS.items():
        known = np.array([f[k] is not None for f in feats], float)
        x = np.array([f[k] or 0 for f in feats], float)
        for a, b in zip(kn, kn[1:]):
            r = np.clip((x - a) / (b - a), 0, 1)
            cols.append((1 - r if k == "gap" else r) * known)
            names.append((k, a))
        if k == "gap":
            cols.append(known)
            names.append(("known", 0))
    return np.stack(cols, 1), names


def fit(data):
    x = np.concatenate([d["x"] for d in data])
    x = np.hstack([x, np.ones((len(x), 1))])
    y = np.concatenate([d["y"] for d in data]).astype(float)
    w = np.concatenate([np.full(len(d["y"]), d["w"]) for d in data])
    w /= w.sum()

    def loss(t):
        z = x @ t
        return (w * (np.logaddexp(0, z) - y * z)).sum() + L2 * (t[:-1] ** 2).sum(), x.T @ (w * (1 / (1 + np.exp(-z)) - y)) + 2 * L2 * np.append(t[:-1], 0)
    bounds = [(None, None) if k in FREE else (0, None) for k, _ in data[0]["names"]] + [(None, None)]
    return minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500}).x


def alone(rows_by_corpus, folder, path, step=400):
    """The constant of corpora too small to have a neighbourhood: the largest at which a tenth of the look-alikes would merge, each pair taken
    as an undated corpus of two; as many pairs of one story as nearest pairs of two stories, at most `step` of each from every corpus."""
    model, z, y, w = Model(path), [], [], []
    for d in rows_by_corpus:
        score = {k: f["words"] for k, f in zip(d["pairs"], d["feats"])}
        same = sorted(k for k, v in zip(d["pairs"], d["y"]) if v)
        best = {}
        for (a, b), v in zip(d["pairs"], d["y"]):
            for i in (a, b):
                if not v and score[a, b] > best.get(i, (-1,))[0]:
                    best[i] = (score[a, b], (a, b))
        apart = sorted({k for _, k in best.values()})
        take = min(step, len(same), len(apart))
        for pairs, v in ((same, 1), (apart, 0)):
            for k in range(take):
                a, b = pairs[k * len(pairs) // take]
                c = Corpus([dict(d["rows"][x], published=None) for x in (a, b)], d["lang"], folder)
                if (0, 1) not in c.cos:
                    continue
                z.append((model.bias + sum(model.parts(dict(c.features(0, 1), lone=None)).values())) / 1000)
                y.append(v)
                w.append(1 / take ** .5)
    z, y, w = map(np.array, (z, y, w))
    merged = np.log(.3 / .7)              # precision first: two pages alone cannot show what is common in their corpus
    best = max(x / 20 for x in range(-100, 201) if (w * (y == 0) * (z + x / 20 >= merged)).sum() <= .1 * (w * (y == 0)).sum())
    p = 1 / (1 + np.exp(-z - best))
    print(f"lone {best}: of pairs alone, merged at .30: same story {(p[y == 1] >= .3).mean():.2f}, look-alikes {(p[y == 0] >= .3).mean():.2f}; AUC {np.mean([(p[y == 0] < q).mean() for q in p[y == 1]]):.3f}")
    return best


def write(path, names, t, lone=0.0):
    """Curves as cumulative sums of the ramp weights, in millilogits."""
    with open(path, "w", encoding="utf-8", newline="\n") as f:
        f.write("# the story score: name, x, millilogits; between two points a straight line, beyond the ends flat; written by train.py\n"
                "# words … chars_around in 1/10000, burst in 1/256, gap in days; squash: millilogits -> probability in 1/65536\n")
        f.write(f"bias\t0\t{round(1000 * t[-1])}\nlone\t0\t{round(1000 * lone)}\n")
        c = dict(zip(names, t))
        for k, kn in KNOTS.items():
            if k == "gap":
                y = c["known", 0] + sum(c[k, a] for a in kn[:-1])
            else:
                y = 0.0
            f.write(f"{k}\t{kn[0]}\t{round(1000 * y)}\n")
            for a, b in zip(kn, kn[1:]):
                y += -c[k, a] if k == "gap" else c[k, a]
                f.write(f"{k}\t{b}\t{round(1000 * y)}\n")
        for k in range(-40, 41):
            f.write(f"squash\t{250 * k}\t{round(65536 / (1 + np.exp(-k / 4)))}\n")


def ari(d, model, threshold):
    p = {k: model.probability(f) for k, f in zip(d["pairs"], d["feats"])}
    return adjusted_rand_score(d["gold"], link(d["n"], p, threshold))


def load(paths, folder, weights):
    out = []
    for path in paths:
        name = os.path.basename(path).replace(".jsonl", "")
        rows = [r for r in map(json.loads, open(path, encoding="utf-8")) if r.get("gold")]
        for lang, part in sorted(languages(rows).items()):
            if len(part) < 15:
                continue
            dated = sum(bool(r.get("published")) for r in part)
            for twin in (["", "undated"] if dated > len(part) / 2 else [""]):
                c = Corpus([dict(r, published=None) for r in part] if twin else part, lang, folder)
                gold = [r["gold"] for r in c.rows]
                pairs = sorted(c.cos)
                feats = [c.features(*k) for k in pairs]
                x, names = ramps(feats)
                y = np.array([gold[a] == gold[b] for a, b in pairs])
                w = len(pairs) ** -.5
                for prefix, v in weights:
                    if f"{name}:{lang}:{twin}".startswith(prefix) and (not prefix.endswith(":dated")):
                        w *= v
                    if prefix.endswith(":dated") and name.startswith(prefix[:-6]) and not twin:
                        w *= v
                size = {g: gold.count(g) for g in set(gold)}
                total = sum(v * (v - 1) // 2 for v in size.values())
                out.append(dict(name=f"{name}:{lang}" + (":" + twin if twin else ""), group=re.split("[_-]", name)[0], x=x, y=y, w=w, names=names, pairs=pairs, feats=feats,
                                gold=gold, n=c.n, rows=c.rows, lang=lang, recall=y.sum() / max(1, total), burst=c.burst))
                print(f"{out[-1]['name']:34} {c.n:5} articles {len(pairs):6} pairs, recall {out[-1]['recall']:.3f}, burst {c.burst}", file=sys.stderr, flush=True)
    return out


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("sets", nargs="+")
    ap.add_argument("-o", default=os.path.join(HERE, "story.tsv"))
    ap.add_argument("--background", default=os.path.join(HERE, "..", "background"))
    ap.add_argument("--loso", action="store_true")
    ap.add_argument("--weight", action="append", default=[])
    a = ap.parse_args()
    weights = [(k, float(v)) for k, v in (x.split("=") for x in a.weight)]
    data = load(a.sets, a.background, weights)
    t = fit(data)
    write(a.o, data[0]["names"], t)
    lone = alone([d for d in data if "undated" in d["name"] or not any(r.get("published") for r in d["rows"])], a.background, a.o)
    write(a.o, data[0]["names"], t, lone)
    model = Model(a.o)
    ths = [.2, .25, .3, .35, .4]
    print("in training, threshold", *ths)
    for d in data:
        print(f"{d['name']:34}", *(f"{ari(d, model, round(t * 65536)):.3f}" for t in ths), flush=True)
    p = np.concatenate([[model.probability(f) / 65536 for f in d["feats"]] for d in data])
    y = np.concatenate([d["y"] for d in data])
    w = np.concatenate([np.full(len(d["y"]), d["w"]) for d in data])
    print("calibration, in training: probability, share that is right (weighted as in training / plain), pairs")
    for lo, hi in ((.02, .05), (.05, .1), (.1, .2), (.2, .3), (.3, .4), (.4, .5), (.5, .6), (.6, .7), (.7, .8), (.8, .9), (.9, 1.01)):
        k = (p >= lo) & (p < hi)
        if k.any():
            print(f"{lo:.2f}–{min(hi, 1):.2f}  {(y * w)[k].sum() / w[k].sum():.2f} / {y[k].mean():.2f}  {k.sum()}")
    if a.loso:
        print("left out, threshold", *ths)
        for g in dict.fromkeys(d["group"] for d in data):
            write(a.o + ".loso", data[0]["names"], fit([d for d in data if d["group"] != g]))
            m = Model(a.o + ".loso")
            for d in data:
                if d["group"] == g:
                    print(f"{d['name']:34}", *(f"{ari(d, m, round(t * 65536)):.3f}" for t in ths), flush=True)
        os.remove(a.o + ".loso")


if __name__ == "__main__":
    main()
