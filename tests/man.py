#!/usr/bin/env python3
"""man.py BINARY PAGE: the man page and `revident help` must name the same commands and options.

Each command has an `.Ss NAME ...` in the page, with its own options as `.It Fl` items; those in COMMON OPTIONS may be
taken by any command. Prints what differs; exit 1 if anything does.
"""

import re
import subprocess
import sys


def helped(binary, *command):
    text = subprocess.run([binary, "help", *command], check=True, stdout=subprocess.PIPE).stdout.decode()
    return text.split("\noptions:\n" if command else "\ncommands:\n")[1].split("\n\n")[0]


def rows(text):
    """The left column: what stands two blanks from the margin."""
    return [m.group(1).strip() for m in re.finditer(r"^  (\S.*?)(?:  .*)?$", text, re.M)]


def spelled(row):
    """{"-h", "--help"} from "-h, --help", {"-o FILE"} from "-o FILE", {"--stub[=HOW]"} from "--stub[=HOW]"."""
    value = re.search(r" [A-Z]+$|\[=[A-Z]+\]$", row)
    names = re.findall(r"--?[A-Za-z][a-z-]*", row)
    return {name + (value.group(0) if value else "") for name in names}


def page_options(lines):
    found = set()
    for line in lines:
        item = re.match(r"\.It Fl (.*?)(?:( Ns Op = Ns)? Ar ([A-Z]+))?$", line)
        if item:
            value = item.group(3) and ("[=%s]" if item.group(2) else " %s") % item.group(3) or ""
            found |= {"-" + name.strip() + value for name in item.group(1).split(",")}
    return found


def sections(page):
    """{heading: lines} of the page's .Sh and .Ss."""
    out, name = {}, None
    for line in page.splitlines():
        heading = re.match(r"\.S[hs] (.*)", line)
        if heading:
            name = heading.group(1)
            out[name] = []
        elif name:
            out[name].append(line)
    return out


def main():
    binary, path = sys.argv[1:]
    with open(path, encoding="utf-8") as page:
        parts = sections(page.read())
    common = page_options(parts["COMMON OPTIONS"])
    described = {name.split()[0]: page_options(lines) for name, lines in parts.items() if not name.isupper()}
    wrong, used = [], set()
    commands = set(rows(helped(binary)))
    wrong += ["the page describes no command %s" % name for name in sorted(commands - set(described))]
    wrong += ["the page describes %s, which is no command" % name for name in sorted(set(described) - commands)]
    for name in sorted(commands & set(described)):
        taken = set().union(*map(spelled, rows(helped(binary, name))))
        used |= taken & common
        wrong += ["%s: the page lacks %s" % (name, option) for option in sorted(taken - common - described[name])]
        wrong += ["%s: it does not take %s" % (name, option) for option in sorted(described[name] - taken)]
    wrong += ["COMMON OPTIONS: no command takes %s" % option for option in sorted(common - used)]
    for sentence in wrong:
        print("%s: %s" % (path, sentence))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
