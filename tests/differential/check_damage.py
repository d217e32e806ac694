"""Damage every file of a repository in turn: no crash, no hang, and no different answer without saying so.

What history_dump prints for the damaged repository must be what it prints for the sound one, or hold a limit, or be
refused with exit status 3.
"""

import argparse
import os
import random
import shutil
import stat
import subprocess
import sys
import tempfile

PATHS = ["a/versions", "b"]
SECONDS = 20
FLIPS = 6
# A ref that is no file any more is a ref that was deleted.
MAY_VANISH = ("refs/", "logs/", "worktrees/", "packed-refs")


def git(repo, *args, data=None):
    subprocess.run(
        ["git", "-C", repo, *args], input=data, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def stream():
    out = [b"feature done\n"]
    for mark in range(1, 13):
        branch = b"main" if mark % 3 else b"side"
        out.append(b"commit refs/heads/%s\nmark :%d\ncommitter C <c@x> %d +0000\ndata 2\nm\n" % (branch, mark, mark * 10))
        if mark > 1:
            out.append(b"from :%d\n" % (mark - 1))
        if mark % 4 == 0:
            out.append(b"merge :%d\n" % (mark - 2))
        body = b"".join(b"line %d of %d\n" % (line, mark) for line in range(20 + mark))
        out.append(b"M 644 inline a/versions/%d.py\ndata %d\n%s\n" % (mark % 5, len(body), body))
        out.append(b"M 644 inline b/x%d\ndata 2\n%d\n" % (mark, mark % 10))
    out.append(b"tag v1\nfrom :5\ntagger C <c@x> 60 +0000\ndata 2\nt\n")
    out.append(b"done\n")
    return b"".join(out)


def make(sandbox):
    """A repository with loose objects, two packs, a graph with filters, packed and loose refs, a linked work tree."""
    repo = os.path.join(sandbox, "good")
    subprocess.run(["git", "init", "-q", "-b", "main", repo], check=True)
    git(repo, "fast-import", "--quiet", "--force", data=stream())
    git(repo, "repack", "-adq")
    git(repo, "pack-refs", "--all")
    git(repo, "commit-graph", "write", "--reachable", "--changed-paths")
    git(repo, "checkout", "-q", "-f", "main")
    for name in ("p", "q", "r"):
        git(repo, "commit", "-q", "--allow-empty", "-m", name)
        if name == "p":
            git(repo, "repack", "-dq")
    git(repo, "branch", "other", "main~1")
    git(repo, "worktree", "add", "-q", "--detach", os.path.join(repo, "linked"), "main~2")
    for directory, _, names in os.walk(repo):
        for name in names:
            os.chmod(os.path.join(directory, name), 0o644)
    return repo


def damages(rng, content):
    """Pairs of a name and the damaged content, None for other things than files."""
    size = len(content)
    yield "emptied", b""
    yield "halved", content[: size // 2]
    yield "cut by one", content[:-1]
    yield "zeroed", bytes(size)
    yield "longer", content + b"\0more"
    for _ in range(min(FLIPS + size // 400, 60) if size else 0):
        at = rng.randrange(size)
        flipped = bytearray(content)
        flipped[at] ^= 1 << rng.randrange(8)
        yield f"bit flipped at {at}", bytes(flipped)
    yield "a directory", None
    yield "a named pipe", None
    yield "a dangling link", None
    yield "gone", None


def damage(path, how, content):
    if content is not None:
        with open(path, "wb") as file:
            file.write(content)
        return
    os.unlink(path)
    if how == "a directory":
        os.mkdir(path)
    elif how == "a named pipe":
        os.mkfifo(path)
    elif how == "a dangling link":
        os.symlink("nowhere", path)


def undo(path, content):
    mode = os.lstat(path).st_mode if os.path.lexists(path) else 0
    if stat.S_ISDIR(mode):
        os.rmdir(path)
    elif mode:
        os.unlink(path)
    with open(path, "wb") as file:
        file.write(content)


def run(dump, repo):
    done = subprocess.run(
        [dump, repo, "--all", *PATHS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SECONDS, check=False
    )
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def judge(name, how, good, status, out, said):
    """What is wrong with an answer, or None."""
    if name == "HEAD" and how in ("gone", "a dangling link") and status == 3:
        return None  # no repository, or no branch
    if status not in (0, 3):
        return f"exit status {status}: {said[:300]}"
    if status == 3:
        return None if said.strip() else "refused without a word"
    if out == good or "\nlimit " in "\n" + out:
        return None
    if name.startswith(MAY_VANISH) and how in ("a directory", "a dangling link", "gone"):
        return None
    return "another answer, and no limit"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    dump = os.path.abspath(os.path.join(args.build, "tests/support/history_dump"))
    os.environ.update(GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL="/dev/null", LC_ALL="C")
    for who in ("AUTHOR", "COMMITTER"):
        os.environ.update({f"GIT_{who}_NAME": "C", f"GIT_{who}_EMAIL": "c@x", f"GIT_{who}_DATE": "1700000000 +0000"})
    rng = random.Random(args.seed)
    failures = cases = 0
    with tempfile.TemporaryDirectory(prefix="revident-damage.") as sandbox:
        repo = make(sandbox)
        status, good, said = run(dump, repo)
        assert status == 0 and "limit" not in good, said
        top = os.path.join(repo, ".git")
        for directory, _, names in sorted(os.walk(top)):
            for name in sorted(names):
                path = os.path.join(directory, name)
                relative = os.path.relpath(path, top)
                if relative.startswith("hooks/"):
                    continue
                with open(path, "rb") as file:
                    content = file.read()
                for how, damaged in damages(rng, content):
                    damage(path, how, damaged)
                    cases += 1
                    try:
                        wrong = judge(relative, how, good, *run(dump, repo))
                    except subprocess.TimeoutExpired:
                        wrong = "hangs"
                    if wrong:
                        failures += 1
                        print(f"{relative}, {how}: {wrong}", file=sys.stderr)
                    undo(path, content)
        assert run(dump, repo) == (0, good, said)
        shutil.rmtree(repo)
    print(f"{cases} damaged repositories, {failures} wrong answers")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
