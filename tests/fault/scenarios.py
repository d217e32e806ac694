"""The commands that faults.py and signals.py disturb, and the repositories that they run in."""
import os
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

READS, WRITES_FILE, REPAIRS, INSTALLS = range(4)

# name: (what it may change, the form of the repository, the command[, standard input])
SCENARIOS = {
    "scan": (READS, "packed", ["scan"]),
    "scan-loose": (READS, "loose", ["scan", "--format", "json"]),
    "scan-all": (READS, "packed", ["scan", "--all", "--deep", "--format", "json"]),
    "scan-sarif": (READS, "packed", ["scan", "--events", "all", "--format", "sarif"]),
    "scan-worktree": (READS, "staged", ["scan", "--format", "json"]),
    "scan-linked": (READS, "linked", ["scan", "-C", "linked", "--format", "json"]),
    "scan-o": (WRITES_FILE, "loose", ["scan", "-o", "out.txt"]),
    "scan-over": (WRITES_FILE, "packed", ["scan", "--format", "ndjson", "-o", "README.old"]),
    "scan-keeps": (READS, "many", ["scan", "--format", "json"]),
    "scan-kept": (READS, "many", ["scan", "--events", "all"]),
    "explain": (READS, "packed", ["explain", "189b1231afd4"]),
    "explain-text": (READS, "loose", ["explain", "--format", "json", "-"],
                     "KeyError: '189b1231afd4'\nCan't locate revision identified by '189b1231afd4'\n"),
    "show": (READS, "packed", ["show", "189b1231afd4"]),
    "show-loose": (READS, "loose", ["show", "189b1231afd4"]),
    "show-o": (WRITES_FILE, "packed", ["show", "189b1231afd4", "-o", "README.old"]),
    "audit": (READS, "loose", ["audit"]),
    "audit-head": (READS, "packed", ["audit", "--format", "json", "HEAD"]),
    "audit-staged": (READS, "staged", ["audit", "--staged", "--format", "sarif"]),
    "recover": (READS, "packed", ["recover", "--format", "json"]),
    "recover-lost": (READS, "dropped", ["recover"]),
    "recover-sweep": (READS, "swept", ["recover", "--format", "json"]),
    "recover-again": (READS, "noted", ["recover", "--format", "json"]),
    "recover-patch": (READS, "packed", ["recover", "--patch"]),
    "recover-o": (WRITES_FILE, "packed", ["recover", "-o", "out"]),
    "recover-apply": (REPAIRS, "packed", ["recover", "--apply"]),
    "recover-stage": (REPAIRS, "dropped", ["recover", "--apply", "--stage"]),
    "check-staged": (READS, "staged", ["check", "--staged"]),
    "check-worktree": (READS, "edited", ["check", "--worktree", "--format", "json"]),
    "check-clean": (READS, "hooked", ["check", "--staged"]),
    "check-range": (READS, "packed", ["check", "--range", "HEAD~1..HEAD"]),
    "check-merged": (READS, "packed", ["check", "--merged-with", "HEAD~1", "--range", "HEAD~2..HEAD", "--format", "json"]),
    "check-push": (READS, "hooked", ["check", "--pre-push", "origin", "../nowhere"],
                   "refs/heads/main {HEAD} refs/heads/main {HEAD~1}\n"),
    "check-receive": (READS, "bare", ["check", "--pre-receive"], "{HEAD~1} {HEAD} refs/heads/main\n"),
    "check-o": (WRITES_FILE, "staged", ["check", "--staged", "--format", "gitlab", "-o", "out.json"]),
    "report": (READS, "packed", ["report", "--format", "markdown"]),
    "report-html": (READS, "loose", ["report", "--format", "html", "--all-losses"]),
    "report-evidence": (WRITES_FILE, "packed", ["report", "--evidence", "evidence", "-o", "report.md"]),
    "hooks-install": (INSTALLS, "packed", ["hooks", "install"]),
    "hooks-keep": (INSTALLS, "foreign", ["hooks", "install"]),
    "hooks-server": (INSTALLS, "bare", ["hooks", "install", "--server"]),
    "hooks-uninstall": (INSTALLS, "hooked", ["hooks", "uninstall"]),
    "hooks-give-back": (INSTALLS, "kept", ["hooks", "uninstall"]),
    "hooks-doctor": (READS, "hooked", ["hooks", "doctor"]),
    "hooks-print": (READS, "packed", ["hooks", "--print", "install"]),
    "schema": (READS, "packed", ["schema", "revident.scan.v1"]),
    "help": (READS, "packed", ["help", "recover"]),
}


# What a run finds out is kept in the user's cache: each of these begins without, or with what the last one kept.
CACHED = {"scan-keeps": False, "scan-kept": True}


def sealed():
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    env.update(HOME="/nonexistent", TZ="UTC", LC_ALL="C", TERM="dumb", GIT_CONFIG_NOSYSTEM="1",
               GIT_CONFIG_GLOBAL="/dev/null", GIT_AUTHOR_NAME="A", GIT_AUTHOR_EMAIL="a@example.com",
               GIT_COMMITTER_NAME="C", GIT_COMMITTER_EMAIL="c@example.com",
               GIT_AUTHOR_DATE="2025-10-21T09:00:00 +0000", GIT_COMMITTER_DATE="2025-10-21T09:00:00 +0000")
    return env


ENV = sealed()
VERSIONS = "habits_service/alembic/versions"


def git(repo, *args, **kw):
    subprocess.run(["git", *args], cwd=repo, check=True, env=ENV, stdout=subprocess.DEVNULL, **kw)


def rev_parse(repo, name):
    return subprocess.run(["git", "rev-parse", name], cwd=repo, check=True, env=ENV, capture_output=True,
                          text=True).stdout.strip()


def make_repository(path, form, binary):
    def revident(*args, status=0):
        done = subprocess.run([binary, *args], cwd=path, env=ENV, stdout=subprocess.DEVNULL)
        assert done.returncode == status, args

    if form == "bare":
        make_repository(path + ".work", "loose", binary)
        return git(path + ".work", "clone", "-q", "--bare", ".", path)
    os.mkdir(path)
    git(path, "init", "-q", "-b", "main")
    with open(os.path.join(TOP, "testrepos/september-17.fi"), "rb") as stream:
        git(path, "fast-import", "--quiet", stdin=stream)
    git(path, "checkout", "-qf", "main")
    with open(os.path.join(path, "README.old"), "w") as file:
        file.write("what was there before\n")
    if form == "many":  # migrations, more than are read anew each time
        add_migrations(path)
    if form in ("dropped", "swept", "noted"):  # the lost migration is in no history any more, but an object still
        git(path, "checkout", "-q", "--orphan", "again")
        git(path, "commit", "-qm", "squashed")
        git(path, "branch", "-qM", "main")
        git(path, "reflog", "expire", "--expire=all", "--all")
    if form in ("swept", "noted"):
        drop_other_refs(path)
        pack_everything(path)
    elif form not in ("loose", "dropped"):
        git(path, "pack-refs", "--all")
        git(path, "repack", "-qad")
        git(path, "commit-graph", "write", "--reachable")
    if form == "noted":
        revident("recover", status=1)
    if form in ("staged", "edited"):
        edit_migrations(os.path.join(path, VERSIONS))
    if form == "staged":
        git(path, "add", "-A")
    if form in ("foreign", "kept"):
        hook = os.path.join(path, ".git/hooks/pre-commit")
        os.makedirs(os.path.dirname(hook), exist_ok=True)
        with open(hook, "w") as file:
            file.write("#!/bin/sh\nexit 0\n")
        os.chmod(hook, 0o755)
    if form in ("hooked", "kept"):
        revident("hooks", "install")
    if form == "linked":
        git(path, "worktree", "add", "-q", "--detach", "linked", "HEAD~1")
        with open(os.path.join(path, "linked/.git"), "w") as file:
            file.write("gitdir: ../.git/worktrees/linked\n")
    return None


def add_migrations(path):
    for number in range(40):
        with open(os.path.join(path, VERSIONS, "many%02d.py" % number), "w") as file:
            file.write("revision = 'many%02d'\ndown_revision = %s\n" % (number, "'many%02d'" % (number - 1) if number else None))
    git(path, "add", "-A")
    git(path, "commit", "-qm", "many")


def drop_other_refs(path):
    listed = subprocess.run(["git", "for-each-ref", "--format=delete %(refname)"], cwd=path, check=True, env=ENV,
                            capture_output=True).stdout
    git(path, "update-ref", "--stdin", input=b"".join(line + b"\n" for line in listed.splitlines()
                                                     if line != b"delete refs/heads/main"))


def pack_everything(path):
    """Objects that nothing leads to included."""
    listed = subprocess.run(["git", "cat-file", "--batch-all-objects", "--batch-check=%(objectname)"], cwd=path, check=True,
                            env=ENV, capture_output=True).stdout
    git(path, "pack-objects", "-q", ".git/objects/pack/pack", input=listed)
    git(path, "prune-packed", "-q")


def edit_migrations(versions):
    for name in sorted(os.listdir(versions)):
        with open(os.path.join(versions, name)) as file:
            text = file.read()
        with open(os.path.join(versions, name), "w") as file:
            file.write(text.replace("revision = '", "revision = '9").replace('revision = "', 'revision = "9'))
