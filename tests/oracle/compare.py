#!/usr/bin/env python3
"""Hold `revident scan` against reference.py.

    compare.py --binary PATH REPO [--all]           one repository: HEAD, or every ref
    compare.py --binary PATH --seeds A..B           repositories made by generate.py, each for HEAD and for --all

Two sorts of differences are told apart: an *event* (kind, revision, commit; a lost or a missing revision) that one side
has and the other has not, and a *field* of one that both have. `--events-only` leaves fields out. A crash, a time-out,
output that is no JSON, an exit code that does not fit, or counts that do not fit their lists are differences.
Exit 0: none. 1: some. 2: wrong usage.
"""

import argparse
import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile

import generate
import reference

TIMEOUT = 300
SEALED = {"HOME": "/nonexistent", "TZ": "UTC", "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}


class Failure(Exception):
    pass


def sealed_environment():
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    env.update(SEALED)
    return env


def run_json(argv, codes=(0, 1)):
    try:
        done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIMEOUT, env=sealed_environment())
    except subprocess.TimeoutExpired:
        raise Failure("no answer within %d seconds" % TIMEOUT)
    except OSError as e:
        raise Failure(str(e))
    said = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode not in codes:
        raise Failure("exit %d: %s" % (done.returncode, said[-600:]))
    try:
        return done.returncode, json.loads(done.stdout)
    except ValueError as e:
        raise Failure("no JSON (%s), exit %d: %s" % (e, done.returncode, said[-300:]))


def run_scan(binary, repo, all_refs=False, tips=(), codes=(0, 1)):
    argv = [binary, "-C", repo, "scan", "--format", "json", "--events", "all", "--deep"]
    return run_json(argv + (["--all"] if all_refs else []) + list(tips), codes)


def side(one):
    return None if one is None else (one.get("path"), one.get("blob"))


def fields(event):
    """What is compared of an event, by name."""
    out = {"parent": event.get("parent"), "before": side(event.get("before")), "after": side(event.get("after"))}
    onward = event.get("continues_as")
    out["continues_as"] = onward and (onward.get("path"), onward.get("revision"), onward.get("blob"))
    for name in ("content_changed", "same_content", "reused"):
        if name in event:
            out[name] = event[name]
    if event["kind"] in ("overwritten", "replaced", "edited"):
        score = event.get("similarity")
        out["similarity"] = None if score is None else round(score, 3)
    return out


def commit_of(event):
    return event["commit"] if isinstance(event["commit"], str) else event["commit"]["id"]


def bag(events):
    """{(commit, revision, kind): [fields]}; several only where environments share an id."""
    out = collections.defaultdict(list)
    for event in events:
        out[commit_of(event), event["revision"], event["kind"]].append(fields(event))
    return out


def lost_bag(entries):
    out = collections.defaultdict(list)
    for e in entries:
        onward = e.get("continues_as")
        out[e["revision"], "lost"].append(
            {"status": e["status"], "cause": e["cause"], "removed_by": e["removed_by"], "last_commit": e["last_commit"],
             "path": e["path"], "blob": e["blob"], "referenced_by": tuple(e["referenced_by"]),
             "continues_as": onward and onward.get("path")})
    return out


def missing_bag(entries):
    """By id: one lineage may bear two names at two tips."""
    out = {}
    for e in entries:
        one = out.setdefault((e["revision"], "missing"), [{"referenced_by": (), "ever_in_history": False}])[0]
        one["referenced_by"] = tuple(sorted({*one["referenced_by"], *e["referenced_by"]}))
        one["ever_in_history"] |= e["ever_in_history"]
    return out


def differences(ours, theirs, name):
    """(event differences, field differences) as lines; ours is the reference."""
    events, values = [], []
    for key in sorted(set(ours) | set(theirs), key=str):
        a, b = list(ours.get(key, [])), list(theirs.get(key, []))
        for one in list(a):
            if one in b:
                a.remove(one)
                b.remove(one)
        label = "%s %s" % (name, " ".join(str(k) for k in key))
        for x, y in zip(a, b):
            odd = ["%s: reference %r, revident %r" % (f, x.get(f), y.get(f))
                   for f in sorted(set(x) | set(y)) if x.get(f) != y.get(f)]
            values.append(label + "\n      " + "\n      ".join(odd))
        events.extend("reference only: %s %s" % (label, brief(one)) for one in a[len(b):])
        events.extend("revident only:  %s %s" % (label, brief(one)) for one in b[len(a):])
    return events, values


def brief(one):
    return " ".join("%s=%s" % (k, v[0] if isinstance(v, tuple) and v else v) for k, v in one.items()
                    if k in ("before", "after", "cause", "status", "referenced_by"))


def check_counts(document):
    out, counts = [], document.get("counts", {})
    for name, want in (("events", len(document["events"])), ("lost", len(document["lost"])),
                       ("losses", sum(e["kind"] in reference.LOSSES for e in document["events"])),
                       ("broken", sum(e["status"] == "broken" for e in document["lost"]))):
        if counts.get(name) != want:
            out.append("counts.%s is %r, its list says %d" % (name, counts.get(name), want))
    return out


def directories(document):
    return {os.path.dirname(side["path"]) for e in document["events"] for side in (e["before"], e["after"]) if side}


def compare(binary, repo, all_refs, tips=(), only_one=False):
    """(events compared, event differences, field differences); nothing where only_one and there are more directories."""
    want = reference.scan(repo, list(tips), all_refs)
    if only_one and len(directories(want)) > 1:
        return 0, [], []
    try:
        code, got = run_scan(binary, repo, all_refs, tips)
        events, values = differences(bag(want["events"]), bag(got["events"]), "event")
        for make, name in ((lost_bag, "lost"), (missing_bag, "missing")):
            more = differences(make(want[name]), make(got[name]), "")
            events, values = events + more[0], values + more[1]
        order = [(commit_of(e), e["revision"], e["kind"]) for e in got["events"]]
        wanted = [(e["commit"], e["revision"], e["kind"]) for e in want["events"]]
        if order != wanted and sorted(order) == sorted(wanted):
            values.append("the events' order differs")
        values.extend(check_counts(got))
        if not all_refs and code != (1 if want["missing"] else 0):
            events.append("exit code %d with %d missing" % (code, len(want["missing"])))
    except Failure as e:
        return len(want["events"]), [str(e)], []
    except (KeyError, TypeError, AttributeError) as e:
        return len(want["events"]), ["a key or shape is not as in the schema: %r" % e], []
    return len(want["events"]), events, values


def show(label, events, values, limit):
    print("%s: %d event differences, %d field differences" % (label, len(events), len(values)))
    for text in (events + values)[:limit]:
        print("    " + text)
    if len(events) + len(values) > limit:
        print("    … %d more" % (len(events) + len(values) - limit))
    sys.stdout.flush()


def compare_seeds(args, seeds):
    total, histories, odd = 0, 0, []
    for seed in seeds:
        where = tempfile.mkdtemp(prefix="revident-oracle-")
        try:
            repo = os.path.join(where, "repo")
            generate.generate(seed, repo)
            for all_refs in (False, True):
                count, events, values = compare(args.binary, repo, all_refs, only_one=args.one_directory)
                total, histories = total + count, histories + 1
                if args.events_only:
                    values = []
                if events or values:
                    odd.append(seed)
                    show("seed %d%s" % (seed, " --all" if all_refs else ""), events, values, args.limit)
        finally:
            shutil.rmtree(where, ignore_errors=True)
    odd = list(dict.fromkeys(odd))
    print("%d seeds, %d histories, %d events compared; %d seeds differ%s" % (
        len(seeds), histories, total, len(odd), ": " + " ".join(map(str, odd)) if odd else ""))
    return 1 if odd else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--seeds", metavar="A..B")
    parser.add_argument("--one-directory", action="store_true",
                        help="of made histories, only those with one versions directory: the text decides everything there")
    parser.add_argument("--skip", metavar="N,N", default="", help="of these seeds, leave out (README.md says which and why)")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--events-only", action="store_true")
    parser.add_argument("--limit", type=int, default=30, help="differences printed for one history")
    parser.add_argument("repo", nargs="?")
    args = parser.parse_args()
    args.binary = os.path.abspath(args.binary)
    if bool(args.seeds) == bool(args.repo):
        parser.error("give either a repository or --seeds")
    if args.seeds:
        first, _, last = args.seeds.partition("..")
        skipped = {int(seed) for seed in args.skip.split(",") if seed}
        return compare_seeds(args, [seed for seed in range(int(first), int(last or first) + 1) if seed not in skipped])
    count, events, values = compare(args.binary, args.repo, args.all)
    if args.events_only:
        values = []
    if events or values:
        show(args.repo, events, values, args.limit)
    print("1 history, %d events compared" % count)
    return 1 if events or values else 0


if __name__ == "__main__":
    sys.exit(main())
