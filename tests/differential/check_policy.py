"""Holds the reader of .revident against `git config -f FILE --list -z`, over a corpus made from a fixed seed.

Exit status: 0 equal, 1 different.
"""
import argparse
import os
import random
import subprocess
import sys
import tempfile

HEADERS = ["[revident]", "[Rule]", '[rule "multiple-heads"]', '[environment "a b/c"]', '[waiver "INC\\"4\\\\12"]', "[a.B.c]",
           '[a.B "C.d"]', '[A-b "x]y"]', '[rule "x"] level = off', '[a ""]', "[x]y = 1 ; c", '[ü "é"]', '[sec "é #;"]',
           '[a  \t"b"]', "[a9]", '[waiver "\\t"]']
BROKEN_HEADERS = ["[a", "[a b]", '[a "b]', '[a "b" ]', "[a_b]", "[ a]", '["x"]', '[ "x"]', "[]", "[.]", "[a.]"]
KEYS = ["protect", "protectedRef", "Requires", "level", "a-b", "x9", "reason", "rule"]
BROKEN_KEYS = ["9x", "a_b", "-a", "a.b", "é", "a b"]
VALUES = ["published", "refs/remotes/*/main", '"quoted # text"', 'a "b c" d', "x # comment", "x ; comment", "#", "", " ", "true",
          '"  kept  "', "a   b", "tail   ", "back\\\\slash", 'say \\"hi\\"', "line\\nbreak", "tab\\tstop\\b", "long \\\n  line",
          "é☃", "a=b", "[x]", '""', '" "x', "\\", "'single'", "a\\\n", "caf\\\n# no comment", 'x"y;z"#w']
BROKEN_VALUES = ['"open', "\\q", '"a\nb"', "a\\"]
BLANKS = ["", "", "", " ", "\t", "  "]


def random_file(rng, mistakes):
    lines = []
    if not mistakes or rng.random() < 0.95:
        lines.append(rng.choice(HEADERS))
    for _ in range(rng.randrange(9)):
        kind = rng.random()
        if kind < 0.25:
            line = rng.choice(HEADERS)
        elif kind < 0.35:
            line = rng.choice(["# comment", "; [x]", "", "   "])
        elif kind < 0.45:
            line = rng.choice(KEYS)
        else:
            line = rng.choice(KEYS) + rng.choice(["=", " = ", "\t=", "= "]) + rng.choice(VALUES)
        if mistakes and rng.random() < 0.12:
            line = rng.choice(BROKEN_HEADERS + BROKEN_KEYS + ["a = " + value for value in BROKEN_VALUES] + ["a # b", "a;"])
        lines.append(rng.choice(BLANKS) + line + rng.choice(BLANKS))
    out = "".join(line + rng.choice(["\n"] * 8 + ["\r\n"]) for line in lines)
    if rng.random() < 0.2:
        out = out.rstrip("\r\n")
    return ("\ufeff" if rng.random() < 0.05 else "") + out


def git_list(path, environment):
    """What git reads: [(name, value or None)], or None where it finds a mistake."""
    run = subprocess.run(["git", "config", "-f", path, "--list", "-z"], env=environment, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, check=False)
    if run.returncode != 0:
        return None
    entries = []
    for record in run.stdout.decode().split("\0")[:-1]:
        name, equals, value = record.partition("\n")
        entries.append((name, value if equals else None))
    return entries


def text(field):
    if field == "-":
        return None
    return "" if field == "." else bytes.fromhex(field).decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--count", type=int, default=1500)
    options = parser.parse_args()
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
    rng = random.Random(8)
    sources = [random_file(rng, number % 3 == 0) for number in range(options.count)]
    accepted = 0
    with tempfile.TemporaryDirectory() as directory:
        paths = [os.path.join(directory, str(number)) for number in range(len(sources))]
        for path, source in zip(paths, sources):
            with open(path, "wb") as file:
                file.write(source.encode())
        dump = [os.path.join(options.build, "tests/support/policy_dump")]
        found = []
        for line in subprocess.run(dump + paths, check=True, stdout=subprocess.PIPE).stdout.decode().splitlines():
            if line.startswith("file "):
                found.append([])
            elif line.startswith("error "):
                found[-1] = None
            else:
                section, subsection, key, value = map(text, line.split(" "))
                found[-1].append((".".join(part for part in (section, subsection, key) if part is not None), value))
        for path, source, ours in zip(paths, sources, found):
            theirs = git_list(path, environment)
            if theirs is not None and any("." not in name for name, _ in theirs):
                theirs = None  # a key before the first section, which git lets pass
            accepted += theirs is not None
            if ours != theirs:
                print("policy differs\n--- source\n%r\n%s\n--- git\n%r\n--- found\n%r" % (source, source, theirs, ours))
                return 1
    print("policy: %d files equal, %d of them without a mistake" % (len(sources), accepted))
    return 0


if __name__ == "__main__":
    sys.exit(main())
