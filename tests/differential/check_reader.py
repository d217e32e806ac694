#!/usr/bin/env python3
"""Hold the migration reader against Python's ast, over some 24,000 modules made at random.

Each module goes through tests/support/reader_dump and through ast.parse() with the rules of assignment, unpacking,
import and so on written out (reader_oracle.py). Modules that Python refuses, by chance of the generator, are counted
and left out; broken ones are made on purpose below, from a whole header and a tail that does not parse.
"""
import argparse
import collections
import json
import struct
import subprocess
import sys

import reader_oracle
import reader_sources

SEED, MODULES, BROKEN = 20250917, 24000, 2000
TAILS = (
    (b"\ndef upgrade():\n    print 'x'\n", "syntax"),
    (b"\ndef upgrade():\n    exec \"code\" in ns\n", "syntax"),
    (b"\ndef upgrade():\n    raise ValueError, 'x'\n", "syntax"),
    (b"\ntry:\n    pass\nexcept ValueError, e:\n    revision = 'no'\n", "syntax"),
    (b"\ndef upgrade():\n    x = 0777\n", "syntax"),
    (b"\ndef upgrade():\n    x = 10L\n", "syntax"),
    (b"\ndef upgrade():\nreturn\n", "syntax"),
    (b"\nx = `y`\n", "syntax"),
    (b"\nx <> y\n", "syntax"),
    (b"\nx = 1\n    y = 2\n", "syntax"),
    (b"\nif x:\n        y = 1\n    z = 2\n", "syntax"),
    (b"\nif x:\n        y = 1\n\tz = 2\n", "syntax"),
    (b"\nx = 'a\x00b'\n", "character"),
    (b"\n# a\x00b\nprint 'x'\n", "character"),
    (b"\nx = 1 +\x0b 2\n", "character"),
    (b"\x1b\n", "character"),
    (b"\nx = a ? b\n", "character"),
    (b"\ndef upgrade():\n    f(\n", "unclosed"),
    (b"\ndef upgrade():\n    f(]\n", "unclosed"),
    (b"\ndef upgrade():\n    f())\n", "unclosed"),
    (b"\ndef upgrade():\n    x = '''\n", "unclosed"),
    (b"\ndef upgrade():\n    x = 'a\n    y = 1\n", "unclosed"),
    (b"\ndef upgrade():\n<<<<<<< HEAD\n    a()\n=======\n    b()\n>>>>>>> topic\n", "conflict"),
    (b"\n<<<<<<< HEAD\n\"\"\"one\n=======\n\"\"\"two\n>>>>>>> topic\n", "conflict"),
    (b"\n# \xff\xfe\n", "undecodable"),
)


def dump(build, sources):
    data = b"".join(struct.pack("<I", len(source)) + source for source in sources)
    done = subprocess.run([build + "/tests/support/reader_dump"], input=data, stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def text_of(field):
    return None if field is None else bytes(field).decode("utf-8", "surrogateescape")


def bindings_of(got):
    out = {}
    for name in reader_oracle.NAMES:
        b = got[name]
        out[name] = (b["kind"], [text_of(value) for value in b["values"]], b["line"], b["conditional"])
    return out


def same(mine, theirs):
    return mine == theirs or (theirs[2] is None and mine == theirs[:2] + (mine[2],) + theirs[3:])


def differences(got, module):
    """What the reader's answer and the syntax tree's do not agree on, in words."""
    found = []
    if got["unreadable"]:
        found.append("unreadable: %s in line %d" % (got["unreadable"], got["unreadable_line"]))
    mine, theirs = bindings_of(got), module.bindings()
    for name in reader_oracle.NAMES:
        if not same(mine[name], theirs[name]):
            found.append("%s: reader %r, ast %r" % (name, mine[name], theirs[name]))
    fields, lines = module.docstring()
    for field, value in fields.items():
        if text_of(got[field]) != value:
            found.append("%s: reader %r, ast %r" % (field, text_of(got[field]), value))
    for field, line in lines.items():
        if line is not None and got[field + "_line"] != line:
            found.append("%s: reader in line %d, ast in line %d" % (field, got[field + "_line"], line))
    return found


def whole_modules(build, count, seed):
    sources = reader_sources.Sources(seed)
    pairs = [sources.module() for _ in range(count)]
    counts = collections.Counter()
    failures = []
    for (ours, theirs), got in zip(pairs, dump(build, [pair[0] for pair in pairs])):
        if b"revision" not in ours:
            counts["without the word revision"] += 1
            continue
        try:
            module = reader_oracle.Module(theirs)
        except (SyntaxError, ValueError) as error:
            counts["refused by Python"] += 1
            counts["refused: %s" % str(error).split("(")[0].strip()] += 1
            continue
        counts["compared"] += 1
        for b in module.bindings().values():
            counts[b[0]] += 1
        found = differences(got, module)
        if found:
            failures.append((ours, found))
    return failures, counts


def broken_modules(build, count, seed):
    """A header of simple column-0 statements keeps its bindings whatever follows."""
    sources = reader_sources.Sources(seed)
    cases = []
    while len(cases) < count:
        sources.nested = []
        lines = []
        for _ in range(3):
            lines.append(sources.join(sources.assignment()))
        header = "\n".join(lines).replace(reader_sources.MARK, reader_sources.PLAIN).encode() + b"\n"
        tail, reason = TAILS[len(cases) % len(TAILS)]
        if b"revision" not in header or b"\n#" in header or b":=" in header:
            continue
        try:
            module = reader_oracle.Module(header)
        except (SyntaxError, ValueError):
            continue
        if reason in ("unclosed", "conflict") and not lines_suffice(header):
            continue
        cases.append((header + tail, module, reason))
    failures = []
    for (source, module, reason), got in zip(cases, dump(build, [case[0] for case in cases])):
        found = []
        if got["unreadable"] != reason:
            found.append("unreadable: reader %r, expected %r" % (got["unreadable"], reason))
        mine, theirs = bindings_of(got), module.bindings()
        found += ["%s: reader %r, ast %r" % (n, mine[n], theirs[n]) for n in mine if not same(mine[n], theirs[n])]
        if found:
            failures.append((source, found))
    return failures


def lines_suffice(header):
    """Can the bindings be read from lines that begin with a name, as where strings and brackets do not close?"""
    import ast
    for statement in ast.parse(header).body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        names = [node.id for node in ast.walk(statement) if isinstance(node, ast.Name)]
        if not set(names) & set(reader_oracle.NAMES):
            continue
        if not isinstance(target, ast.Name) or target.id not in reader_oracle.NAMES or target.col_offset:
            return False
        span = header.split(b"\n")[statement.lineno: statement.end_lineno]
        if not all(line[:1] in b" \t\f\r)]}'\"#" for line in span):
            return False
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--count", type=int, default=MODULES)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    failures, counts = whole_modules(args.build, args.count, args.seed)
    failures += broken_modules(args.build, BROKEN, args.seed)
    if args.verbose:
        for key, value in sorted(counts.items()):
            print("%7d %s" % (value, key))
    for source, found in failures[:20]:
        print(source.decode("utf-8", "backslashreplace"))
        print("\n".join("    " + line for line in found))
    print("reader: %d modules compared with ast, %d broken ones, %d differ" % (counts["compared"], BROKEN, len(failures)))
    if counts["compared"] < 20000 and args.count == MODULES:
        print("reader: the generator makes too few modules that Python takes")
        return 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
