#!/usr/bin/env python3
"""Hold `revident scan` (or reference.py itself) against a case file: what is true of one real history.

    conformance.py --binary PATH --repo REPO --case FILE [--limit N]
    conformance.py --reference --repo REPO --case FILE

The case's `tip` is what its author's HEAD was; it is passed as an explicit tip where HEAD of REPO differs. `on_head` is
compared with the scan of that tip, `on_head` and `on_other_refs` together with `--all`. A case file compares ids over the
whole repository and takes versions directories by name or content, so a difference that comes from a second environment or
from migrations in test data has to be looked at before it is called one. Where two branches each removed an id, any
removing commit is right. `kind` is exact for deleted, stripped and lost_in_merge; `reidentified` and `overwritten` follow
the similarity rule; null in a case: several paths held the id. Exit 0: equal. 1: differences.
"""

import argparse
import collections
import json
import os
import posixpath
import subprocess
import sys

import compare
import reference


def keyed(events, kinds):
    out = collections.defaultdict(list)
    for e in events:
        if e["kind"] in kinds:
            out[e["revision"], compare.commit_of(e)].append(e)
    return out


def compare_list(name, wanted, got, fields, out):
    """wanted: case entries; got: keyed events."""
    want = collections.defaultdict(list)
    for entry in wanted:
        want[entry["revision"], entry["commit"]].append(entry)
    for key in sorted(set(want) | set(got)):
        label = "%s %s" % (key[0], key[1][:12])
        if key not in got:
            out[name].append("case only: %s %s" % (label, want[key][0]))
        elif key not in want:
            e = got[key][0]
            out[name].append("scan only: %s %s %s -> %s" % (
                label, e["kind"], (e["before"] or {}).get("path"), (e["after"] or {}).get("path")))
        else:
            for entry in want[key]:
                reasons = [fields(entry, e) for e in got[key]]
                if all(reasons):
                    out[name].append("fields: %s %s" % (label, "; ".join(reasons[0])))


def loss_fields(entry, event):
    out = []
    if entry["kind"] is not None and entry["kind"] != event["kind"]:
        out.append("kind: case %s, scan %s (similarity %s)" % (entry["kind"], event["kind"], event["similarity"]))
    if entry["kind"] is not None:
        for name in ("path", "blob"):
            if entry[name] != event["before"][name]:
                out.append("%s: case %s, scan %s" % (name, entry[name], event["before"][name]))
    return out


def replaced_fields(entry, event):
    out = []
    for name in ("before", "after"):
        if entry[name] != event[name]["blob"]:
            out.append("%s: case %s, scan %s" % (name, entry[name], event[name]["blob"]))
    if entry.get("similarity") is not None and abs(entry["similarity"] - event["similarity"]) > 0.0011:
        out.append("similarity: case %s, scan %s" % (entry["similarity"], event["similarity"]))
    return out


def restored_fields(entry, event):
    return ["%s: case %s, scan %s" % (name, entry[name], event["after"][name])
            for name in ("path", "blob") if entry[name] != event["after"][name]]


def compare_lost(case, document, out):
    losses = collections.defaultdict(dict)
    for e in document["events"]:
        if e["kind"] in reference.LOSSES:
            losses[e["revision"]][compare.commit_of(e)] = e
    want = {e["revision"]: e for e in case["lost_at_head"]}
    got = {e["revision"]: e for e in document["lost"]}
    for revision in sorted(set(want) | set(got)):
        if revision not in got:
            out["lost_at_head"].append("case only: %s" % want[revision])
        elif revision not in want:
            out["lost_at_head"].append("scan only: %s" % {k: got[revision][k] for k in ("revision", "removed_by", "path")})
        else:
            a, b = want[revision], got[revision]
            odd = ["%s: case %s, scan %s" % (n, a[n], b[n]) for n in ("status",) if a[n] != b[n]]
            if a["removed_by"] != b["removed_by"] and a["removed_by"] not in losses[revision]:
                odd.append("removed_by: case %s, scan %s" % (a["removed_by"], b["removed_by"]))
            if a["removed_by"] == b["removed_by"]:
                odd += ["%s: case %s, scan %s" % (n, a[n], b[n]) for n in ("path", "blob") if a[n] != b[n]]
            if odd:
                out["lost_at_head"].append("%s %s" % (revision, "; ".join(odd)))


def compare_moves(case, document, out):
    for move in case["directory_moves"]:
        count = sum(1 for e in document["events"] if e["kind"] == "moved" and compare.commit_of(e) == move["commit"]
                    and posixpath.dirname(e["before"]["path"]) == move["from"]
                    and posixpath.dirname(e["after"]["path"]) == move["to"])
        if count != move["files"]:
            out["directory_moves"].append("%s %s -> %s: case %d files, scan %d moved" % (
                move["commit"][:12], move["from"], move["to"], move["files"], count))


def compare_head(case, environments, out):
    got = [{"heads": sorted(e["heads"]), "bases": sorted(e["bases"]), "migrations": len(e["migrations"]),
            "paths": {posixpath.dirname(m["path"]) for m in e["migrations"]}} for e in environments]
    for group in case["at_head"]:
        same = next((g for g in got if group["group"] in g["paths"]), None)
        if same is None:
            out["at_head"].append("no environment for %s" % group["group"])
            continue
        for name in ("heads", "bases", "migrations"):
            wanted = sorted(group[name]) if isinstance(group[name], list) else group[name]
            if wanted != same[name]:
                out["at_head"].append("%s %s: case %s, audit %s" % (group["group"], name, wanted, same[name]))


def reference_audit(repo, tip):
    history = reference.scan(repo, [tip])["history"]
    groups = collections.defaultdict(list)
    for path, blob in history.states[history.state[history.tip_ids[0]]][1].items():
        groups[history.environment(path)].append((path, history.migration(blob)))
    out = []
    for members in groups.values():
        named = {d for _, m in members for d in m.down or ()}
        out.append({"heads": [m.revision for _, m in members if m.revision not in named],
                    "bases": [m.revision for _, m in members if m.down == ()],
                    "migrations": [{"path": p} for p, _ in members]})
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--binary")
    which.add_argument("--reference", action="store_true")
    parser.add_argument("--repo", required=True)
    parser.add_argument("--case", required=True)
    parser.add_argument("--limit", type=int, default=20, help="differences printed for each group")
    args = parser.parse_args()
    with open(args.case, encoding="utf-8") as f:
        case = json.load(f)
    head = subprocess.run(["git", "-c", "safe.directory=*", "-C", args.repo, "rev-parse", "HEAD"],
                          stdout=subprocess.PIPE, check=True).stdout.decode().strip()
    tips = [] if head == case["tip"] else [case["tip"]]
    failed = 0
    for scope in ("tip", "--all"):
        out = collections.defaultdict(list)
        try:
            everything = scope == "--all"
            if args.reference:
                document = reference.scan(args.repo, [] if everything else tips, everything)
                commits = document["commits"]
            else:
                document = compare.run_scan(os.path.abspath(args.binary), args.repo, everything,
                                            () if everything else tips)[1]
                commits = document["counts"]["commits"]
            if commits != case["commits"]["all" if everything else "head"]:
                out["commits"].append("case %s, scan %s" % (case["commits"], commits))
            lists = {n: case["on_head"][n] + (case["on_other_refs"][n] if everything else [])
                     for n in ("losses", "replaced", "restored")}
            compare_list("losses", lists["losses"], keyed(document["events"], reference.LOSSES), loss_fields, out)
            compare_list("replaced", lists["replaced"], keyed(document["events"], ("replaced",)), replaced_fields, out)
            compare_list("restored", lists["restored"], keyed(document["events"], ("restored",)), restored_fields, out)
            if not everything:
                compare_lost(case, document, out)
                compare_moves(case, document, out)
                if args.reference:
                    compare_head(case, reference_audit(args.repo, case["tip"]), out)
                else:
                    try:
                        audit = compare.run_json([os.path.abspath(args.binary), "-C", args.repo, "audit", case["tip"],
                                                  "--format", "json"])[1]
                        compare_head(case, audit["environments"], out)
                    except compare.Failure as e:
                        out["at_head"].append("not compared: audit: %s" % e)
        except compare.Failure as e:
            out["failure"].append(str(e))
        wrong = sum(map(len, out.values()))
        print("%s %s: %s" % (case["repository"], scope, "%d differences" % wrong if wrong else "equal (%s)" % ", ".join(
            "%d %s" % (len(lists[n]), n) for n in lists)))
        for name in out:
            print("  %s: %d" % (name, len(out[name])))
            for line in out[name][:args.limit]:
                print("    " + line)
        failed += wrong
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
