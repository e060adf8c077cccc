#!/usr/bin/env python3
"""Judge the story score on stories it has not seen: a fifth of the stories of every set is left out of training and clustered alone, in turn.

  v/bin/python data/model/fifths.py NAME=ARTICLES.jsonl …        # articles with a gold field; from the folder of the project

Each fifth needs a build with the model fitted without it: a copy of the last commit is built in a temporary folder, five times. `data/calls` is always in
training. Prints ARI and B-cubed F1 over all fifths, and their means.
"""
import json, os, subprocess, sys, tempfile, zlib
from collections import Counter
from sklearn.metrics import adjusted_rand_score

FIFTHS = 5


def b_cubed(gold, found):
    both, g, f = Counter(zip(gold, found)), Counter(gold), Counter(found)
    p, r = (sum(c * c / d[k[at]] for k, c in both.items()) / len(gold) for at, d in ((1, f), (0, g)))
    return 2 * p * r / (p + r)


def run(*command, cwd, out=None):
    return subprocess.run(command, cwd=cwd, stdout=out or subprocess.PIPE, check=True).stdout


def main():
    sets = [x.split("=", 1) for x in sys.argv[1:]]
    if not sets:
        sys.exit(__doc__)
    rows = {name: [r for r in map(json.loads, open(path, encoding="utf-8")) if r.get("gold")] for name, path in sets}
    fifth = lambda row: zlib.crc32(row["gold"].encode()) % FIFTHS
    found = {name: [] for name in rows}
    with tempfile.TemporaryDirectory() as home:
        copy = os.path.join(home, "copy")
        run("git", "clone", "-q", ".", copy, cwd=".")
        build = ["cargo", "build", "--release", "-q"]
        run(*build, "--example", "story_features", cwd=copy)
        features = os.path.join(copy, "target/release/examples/story_features")
        os.rename(features, os.path.join(home, "features"))

        def learn(name, articles, gold):
            path = os.path.join(home, name + ".tsv")
            with open(path, "wb") as f:
                run(os.path.join(home, "features"), name, articles, gold, cwd=copy, out=f)
            return path
        sample = learn("calls", "data/calls", "data/calls.gold.jsonl")
        for left in range(FIFTHS):
            parts, tables = {}, [sample]
            for name, all_rows in rows.items():
                for kind, part in (("rest", [r for r in all_rows if fifth(r) != left]), ("left", [r for r in all_rows if fifth(r) == left])):
                    parts[name, kind] = os.path.join(home, f"{name}.{kind}.jsonl")
                    with open(parts[name, kind], "w", encoding="utf-8") as f:
                        f.writelines(json.dumps(r, ensure_ascii=False) + "\n" for r in part)
                tables.append(learn(name, parts[name, "rest"], "-"))
            run(sys.executable, "data/model/train.py", *tables, cwd=copy)
            run(*build, cwd=copy)
            for name, all_rows in rows.items():
                out = run("target/release/samestory", "cluster", parts[name, "left"], "-q", "--format", "jsonl", cwd=copy)
                story = {r["id"]: r["story"] for r in map(json.loads, out.decode().splitlines())}
                part = [r for r in all_rows if fifth(r) == left]
                found[name].append(([r["gold"] for r in part], [f"{left} {story.get(r['id'], r['id'])}" for r in part]))
            print(f"{left + 1} of {FIFTHS}", file=sys.stderr)
    for name, fifths in found.items():
        gold, labels = ([x for part in fifths for x in part[at]] for at in (0, 1))
        each = [(adjusted_rand_score(g, f), b_cubed(g, f)) for g, f in fifths if g]
        mean = [sum(x[at] for x in each) / len(each) for at in (0, 1)]
        print(f"{name:16} {len(gold):5} articles   ARI / B3 over all {adjusted_rand_score(gold, labels):.3f} / {b_cubed(gold, labels):.3f}   mean of fifths {mean[0]:.3f} / {mean[1]:.3f}")


if __name__ == "__main__":
    main()
