# shellcheck shell=sh disable=SC2034 # LOST, LOST_BLOB: for the tests
# Where git may still have a file that no commit of the tips has. For tests
# that source lib.sh: each hide_in_* starts in the checkout of never-there
# (a1, and c3 whose parent b2 is missing), lets b2's file exist once, and takes
# it away, so that it is left in one place only. LOST_BLOB is its object id.

LOST=b2b2b2b2b2b2
LOST_PATH=migrations/versions/b2b2b2b2b2b2_orders.py

lost_file() {
	cat <<-'FILE'
	"""add orders

	Revision ID: b2b2b2b2b2b2
	Revises: a1a1a1a1a1a1
	Create Date: 2024-02-11 16:23:33.109042

	"""
	from alembic import op
	import sqlalchemy as sa

	revision = 'b2b2b2b2b2b2'
	down_revision = 'a1a1a1a1a1a1'


	def upgrade():
	    op.create_table('orders', sa.Column('order_id', sa.Integer(), primary_key=True))


	def downgrade():
	    op.drop_table('orders')
	FILE
}

# write_lost [DIR]: the file at its path, tracked by nothing.
write_lost() {
	lost_file >"${1:-.}/$LOST_PATH"
	LOST_BLOB=$(git hash-object "${1:-.}/$LOST_PATH")
}

commit_lost() {
	write_lost
	git add "$LOST_PATH"
	git commit -q -m 'Add orders'
}

# A commit that no branch and no reflog ever named; prints its id.
make_commit_unseen() {
	git read-tree HEAD
	git update-index --add --cacheinfo "100644,$(lost_file | git hash-object -w --stdin),$LOST_PATH"
	git commit-tree -p HEAD -m 'Add orders' "$(git write-tree)"
	git read-tree HEAD
}

lost_blob() {
	LOST_BLOB=$(lost_file | git hash-object --stdin)
}

hide_in_amended_commit() {
	commit_lost
	git rm -q "$LOST_PATH"
	echo hello >README
	git add README
	git commit -q --amend -m 'Say hello'
}

hide_in_reset_branch() {
	commit_lost
	git reset -q --hard HEAD^
}

hide_in_rebased_branch() {
	git checkout -q -b topic
	commit_lost
	echo hello >README
	git add README
	git commit -q -m 'Say hello'
	git rebase -q --onto main HEAD^
	git checkout -q main
	git merge -q --ff-only topic
	git branch -q -d topic
}

hide_in_stash() {
	write_lost
	git stash push -q --include-untracked
}

hide_in_older_stash() {
	hide_in_stash
	echo hello >README
	git stash push -q --include-untracked
}

hide_in_stashed_index() {
	write_lost
	git add "$LOST_PATH"
	git stash push -q
}

hide_in_dropped_stash() {
	hide_in_stash
	git stash drop -q
}

hide_in_remote_branch() {
	lost_blob
	git update-ref refs/remotes/origin/topic "$(make_commit_unseen)"
}

hide_in_tag() {
	lost_blob
	git tag -m 'before the cleaning' before "$(make_commit_unseen)"
}

hide_in_pull_request() {
	lost_blob
	git update-ref refs/pull/7/head "$(make_commit_unseen)"
}

hide_in_deleted_branch() {
	lost_blob
	git update-ref --no-deref refs/heads/topic "$(make_commit_unseen)"
	git branch -q -D topic
}

hide_in_index() {
	write_lost
	git add "$LOST_PATH"
	rm "$LOST_PATH"
}

hide_in_unstaged_file() {
	write_lost
	git add "$LOST_PATH"
	git rm -q -f "$LOST_PATH"
}

# Both sides added the path; the conflict is not resolved: stages 2 and 3.
hide_in_unmerged_index() {
	lost_blob
	{
		echo "100644 $(echo other | git hash-object -w --stdin) 2	$LOST_PATH"
		echo "100644 $(lost_file | git hash-object -w --stdin) 3	$LOST_PATH"
	} | git update-index --index-info
}

hide_in_other_worktree_index() {
	git worktree add -q -b topic "$CASE_DIR/elsewhere" HEAD
	write_lost "$CASE_DIR/elsewhere"
	git -C "$CASE_DIR/elsewhere" add "$LOST_PATH"
	rm "$CASE_DIR/elsewhere/$LOST_PATH"
}

hide_in_orig_head() {
	git config core.logAllRefUpdates false
	rm -rf .git/logs
	commit_lost
	git reset -q --hard HEAD^
}

hide_in_fetch_head() {
	lost_blob
	git init -q "$CASE_DIR/theirs"
	git fetch -q . HEAD:refs/tmp/base
	git -C "$CASE_DIR/theirs" fetch -q "$PWD" HEAD
	(
		cd "$CASE_DIR/theirs"
		git reset -q --hard FETCH_HEAD
		commit_lost
	)
	git update-ref -d refs/tmp/base
	git fetch -q "$CASE_DIR/theirs" HEAD
}

hide_in_merge_head() {
	lost_blob
	git config core.logAllRefUpdates false
	git update-ref refs/heads/topic "$(make_commit_unseen)"
	git merge -q --no-commit --no-ff topic >/dev/null 2>&1
	git rm -q -f "$LOST_PATH"
	git update-ref -d refs/heads/topic
	rm -f .git/ORIG_HEAD
}

hide_in_unfinished_rebase() {
	git config core.logAllRefUpdates false
	rm -rf .git/logs
	git checkout -q -b topic
	commit_lost
	GIT_SEQUENCE_EDITOR='sed -i.bak s/^pick/edit/' git rebase -q -i HEAD^ >/dev/null 2>&1
	git reset -q --hard main
	git update-ref -d refs/heads/topic
	rm -f .git/ORIG_HEAD
}

hide_in_pack() {
	lost_blob
	git update-ref refs/heads/topic "$(make_commit_unseen)"
	git repack -q -a -d
	git update-ref -d refs/heads/topic
}

hide_in_cruft_pack() {
	hide_in_unstaged_file
	git gc -q --cruft --prune=never
}

hide_in_alternate() {
	git init -q "$CASE_DIR/alternate"
	LOST_BLOB=$(lost_file | git -C "$CASE_DIR/alternate" hash-object -w --stdin)
	echo "$CASE_DIR/alternate/.git/objects" >.git/objects/info/alternates
}
