#!/bin/sh
# revident hooks install and uninstall: which directory, what is kept, what comes back. What the hooks do under git is
# in t-hooks-git.sh.

. "${0%/*}/lib.sh"
need_command hooks

# every file of the hooks' directories $@: kind, mode, name, what it holds
listed() {
	find "$@" ! -type d ! -name '*.sample' -printf '%y %m %p %l ' -exec sh -c 'cat "$1" 2>/dev/null || echo' - {} \; | sort
}

repository() {
	git init -q -b main "$CASE_DIR/$1"
	REPOS="$REPOS $CASE_DIR/$1"
	cd "$CASE_DIR/$1"
}

installed_in() {
	run revident hooks install
	expect_exit 0
	expect_err </dev/null
	for hook in pre-commit pre-merge-commit pre-push; do
		[ -x "$1/$hook" ] || fail "$1/$hook is no program"
		sed -n 2p "$1/$hook" | grep -q '^# revident-hook 1: ' || fail "$1/$hook is not ours"
	done
}

it "puts three hooks where git runs them; a second time changes nothing"
repository plain
listed .git/hooks >../before
run revident hooks install
expect_exit 0
expect_err </dev/null
expect_out <<'END'
installed: .git/hooks/pre-commit
installed: .git/hooks/pre-merge-commit
installed: .git/hooks/pre-push
END
listed .git/hooks >../after
run revident hooks install
expect_exit 0
expect_out <<'END'
unchanged: .git/hooks/pre-commit
unchanged: .git/hooks/pre-merge-commit
unchanged: .git/hooks/pre-push
END
listed .git/hooks >../again
compare ../after ../again "a second installation"
run revident hooks uninstall
expect_exit 0
expect_out <<'END'
removed: .git/hooks/pre-commit
removed: .git/hooks/pre-merge-commit
removed: .git/hooks/pre-push
END
listed .git/hooks >../again
compare ../before ../again "uninstall"
run revident hooks uninstall
expect_exit 0
expect_out <<'END'
not installed: .git/hooks/pre-commit
not installed: .git/hooks/pre-merge-commit
not installed: .git/hooks/pre-push
END

it "names the program by its path, and by PATH where that is gone"
repository named
installed_in .git/hooks
grep -qx "revident=$REVIDENT" .git/hooks/pre-commit || fail "$(grep ^revident= .git/hooks/pre-commit)"
mkdir ../bin 'a dir'
ln -s "$REVIDENT" ../bin/revident
PATH=$CASE_DIR/bin:$PATH
run revident hooks install
expect_exit 0
grep -qx "revident=$CASE_DIR/bin/revident" .git/hooks/pre-commit || fail "$(grep ^revident= .git/hooks/pre-commit)"
cp "$REVIDENT" "a dir/revi'dent"
"a dir/revi'dent" hooks install >"$CASE_DIR/out"
grep -q "a dir/revi'.''dent'\$" .git/hooks/pre-commit || fail "$(grep ^revident= .git/hooks/pre-commit)"
grep -qx "updated: .git/hooks/pre-commit" "$CASE_DIR/out" || fail "$(cat "$CASE_DIR/out")"
sh -n .git/hooks/pre-commit

it "keeps a hook that is there, and gives it back byte for byte, mode and links included"
repository kept
printf '#!/bin/sh\necho foreign\n\n' >.git/hooks/pre-commit
chmod 754 .git/hooks/pre-commit
printf 'no newline, not executable' >.git/hooks/pre-merge-commit
chmod 600 .git/hooks/pre-merge-commit
printf '#!/bin/sh\nexit 0\n' >.git/linked
chmod 755 .git/linked
ln -s ../linked .git/hooks/pre-push
listed .git >../before
run revident hooks install
expect_exit 0
expect_out <<'END'
installed: .git/hooks/pre-commit (runs the hook that was there first, kept as
  pre-commit.revident-saved)
installed: .git/hooks/pre-merge-commit (keeps what was there, which git does not
  run, as pre-merge-commit.revident-saved)
installed: .git/hooks/pre-push (runs the hook that was there first, kept as
  pre-push.revident-saved)
END
run revident hooks install
expect_exit 0
[ "$(cat .git/linked)" = "$(printf '#!/bin/sh\nexit 0\n')" ] || fail "wrote through a link"
run revident hooks uninstall
expect_exit 0
expect_out <<'END'
restored: .git/hooks/pre-commit
restored: .git/hooks/pre-merge-commit
restored: .git/hooks/pre-push
END
listed .git >../after
compare ../before ../after "uninstall"

it "never writes over two hooks of others, nor over its own that was edited"
repository edited
echo first >.git/hooks/pre-commit
run revident hooks install
expect_exit 0
echo second >.git/hooks/pre-commit
listed .git/hooks >../before
run revident hooks install
expect_exit 2
expect_err <<END
revident: the hook '$CASE_DIR/edited/.git/hooks/pre-commit' is not revident's any more, and 'pre-commit.revident-saved' still keeps the one from before: make one of the two, remove the other, and try again
END
listed .git/hooks >../after
compare ../before ../after "a refused installation"
rm .git/hooks/pre-commit
run revident hooks uninstall
expect_exit 0
expect_file .git/hooks/pre-commit <<'END'
first
END
run revident hooks install
echo 'echo more' >>.git/hooks/pre-push
listed .git/hooks >../before
for action in install uninstall; do
	run revident hooks "$action"
	expect_exit 2
	expect_err <<END
revident: the hook '$CASE_DIR/edited/.git/hooks/pre-push' was changed since revident installed it; --force replaces it all the same
END
done
listed .git/hooks >../after
compare ../before ../after "refusals"
run revident hooks install --force
expect_exit 0
sed -i 's/revident-hook 1:/revident-hook 0:/' .git/hooks/pre-push
run revident hooks install
expect_exit 0
grep -qx 'updated: .git/hooks/pre-push' "$CASE_DIR/out" || fail "an older hook is not updated"
sed -i 's/revident-hook 1:/revident-hook 2:/' .git/hooks/pre-push
run revident hooks install
expect_exit 2
expect_err <<END
revident: the hook '$CASE_DIR/edited/.git/hooks/pre-push' is a later version's of revident; --force replaces it all the same
END

it "goes where core.hooksPath says, in the repository: relative, absolute, per work tree"
repository relative
git config core.hooksPath .githooks
mkdir sub
run revident -C sub hooks install
expect_exit 0
grep -qx 'installed: .githooks/pre-commit' "$CASE_DIR/out" || fail "$(cat "$CASE_DIR/out")"
grep -qx 'revident=revident' .githooks/pre-commit || fail "a path of this machine in a file to be committed"
expect_no_file .git/hooks/pre-commit
git config core.hooksPath "$PWD/.git/other"
installed_in .git/other
git config --unset core.hooksPath
git config extensions.worktreeConfig true
git config --worktree core.hooksPath .fourth
installed_in .fourth

it "installs outside the repository only with --global"
repository outside
git config core.hooksPath "$CASE_DIR/elsewhere"
run revident hooks install
expect_exit 2
expect_err <<END
revident: git runs this repository's hooks from '$CASE_DIR/elsewhere', which is outside of it and may serve others, too: add these lines to the hooks there, or let --global install them
END
expect_out <<'END'
# in pre-commit:
revident check --staged || exit
# in pre-merge-commit:
revident check --staged || exit
# in pre-push (it reads all of standard input):
revident check --pre-push "$@" || exit
END
expect_no_file ../elsewhere
run revident hooks install --global
expect_exit 0
[ -x ../elsewhere/pre-push ] || fail "--global does not install"
run revident hooks uninstall
expect_exit 2
run revident hooks uninstall --global
expect_exit 0
expect_no_file ../elsewhere/pre-push
git config --unset core.hooksPath
mv .git/hooks ../linked
ln -s ../../linked .git/hooks
run revident hooks install
expect_exit 2
rm .git/hooks
run revident hooks install --global
expect_exit 2
expect_err <<'END'
revident: core.hooksPath names no directory outside this repository, its hooks are in '.git/hooks'; name one with 'git config --global core.hooksPath DIR', or leave --global away
END

it "in a linked work tree and a submodule, the directory that git shares"
fixture overwritten
git worktree add -q --detach ../linked
run revident -C ../linked hooks install
expect_exit 0
[ -x .git/hooks/pre-commit ] || fail "not in the common directory"
git init -q ../super
cd ../super
git -c protocol.file.allow=always submodule --quiet add ../overwritten sub
run revident -C sub hooks install
expect_exit 0
[ -x .git/modules/sub/hooks/pre-commit ] || fail "not in the submodule's directory"
expect_no_file .git/hooks/pre-commit

it "--server installs pre-receive, as seen from the git directory"
git init -q --bare bare
run revident -C bare hooks install --server
expect_exit 0
expect_out <<'END'
installed: hooks/pre-receive
END
[ -x bare/hooks/pre-receive ] || fail "no pre-receive"
expect_no_file bare/hooks/pre-commit
repository served
git config core.hooksPath myhooks
run revident hooks install --server
expect_exit 0
[ -x .git/myhooks/pre-receive ] || fail "a push into this repository would not run it"

it "does not fight husky, lefthook and the pre-commit framework"
repository husky
mkdir -p .husky/_
git config core.hooksPath .husky/_
# shellcheck disable=SC2016 # husky's own text
for hook in pre-commit pre-merge-commit pre-push; do
	printf '#!/usr/bin/env sh\n. "$(dirname "$0")/h"\n' >.husky/_/$hook
done
listed .husky >../before
run revident hooks install
expect_exit 2
expect_err <<'END'
revident: husky keeps the hooks in '.husky/_' and would write over ours: put these lines into its configuration; --force installs beside it all the same
END
expect_out <<'END'
# in .husky/pre-commit:
revident check --staged || exit
# in .husky/pre-merge-commit:
revident check --staged || exit
# in .husky/pre-push (it reads all of standard input):
revident check --pre-push "$@" || exit
END
listed .husky >../after
compare ../before ../after "a refused installation"
cp "$CASE_DIR/out" ../lines
run revident hooks install --print
expect_exit 0
compare ../lines "$CASE_DIR/out" "--print"
repository lefthook
printf '#!/bin/sh\ncall_lefthook run "pre-commit" "$@"\n' >.git/hooks/pre-commit
run revident hooks install
expect_exit 2
grep -q '^revident: lefthook keeps the hooks in ' "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"
grep -qx '      use_stdin: true' "$CASE_DIR/out" || fail "$(cat "$CASE_DIR/out")"
run revident hooks install --force
expect_exit 0
grep -q call_lefthook .git/hooks/pre-commit.revident-saved || fail "lefthook's hook is lost"
repository configured
echo 'pre-commit: {}' >lefthook.yml
run revident hooks install
expect_exit 2
grep -q '^revident: lefthook keeps the hooks in ' "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"
expect_no_file .git/hooks/pre-commit
git config core.hooksPath .husky/_
run revident hooks install
expect_exit 2
grep -q '^revident: husky keeps the hooks in ' "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"
run revident hooks install --server
expect_exit 0
repository framework
printf '#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n' >.git/hooks/pre-commit
run revident hooks install
expect_exit 2
grep -q '^revident: the pre-commit framework keeps the hooks in ' "$CASE_DIR/err" || fail "$(cat "$CASE_DIR/err")"
grep -qx '        always_run: true' "$CASE_DIR/out" || fail "$(cat "$CASE_DIR/out")"

it "says what is wrong where it cannot"
repository wrong
run revident hooks remove
expect_exit 2
expect_err <<'END'
revident: hooks can be told to install, uninstall or doctor, not "remove"
END
mkdir .git/hooks/pre-commit
run revident hooks install
expect_exit 3
expect_no_file .git/hooks/pre-push
rmdir .git/hooks/pre-commit
ln -s pre-commit .git/hooks/pre-commit # what it would be kept as would lead to ours, and that to itself
run revident hooks install
expect_exit 3
expect_no_file .git/hooks/pre-push
rm -r .git/hooks
echo file >.git/hooks
run revident hooks install
expect_exit 3
rm .git/hooks
installed_in .git/hooks
