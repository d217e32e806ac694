# shellcheck shell=sh
# A PostgreSQL of one's own: a throw-away cluster, run by an unprivileged user,
# on a socket in a temporary directory. For tests that source lib.sh.

PG_DIR=

# find_postgres: set PG_BIN, or return 1 when PostgreSQL's server, psql or an
# unprivileged user to run it is missing.
find_postgres() {
	PG_BIN=
	for pg_initdb in /usr/lib/postgresql/*/bin/initdb "$(command -v initdb || :)"; do
		if [ -x "$pg_initdb" ] && [ -x "${pg_initdb%/*}/pg_ctl" ]; then
			PG_BIN=${pg_initdb%/*}
		fi
	done
	[ -n "$PG_BIN" ] && command -v psql >/dev/null || return 1
	PG_USER=
	[ "$(id -u)" -eq 0 ] || return 0
	for pg_user in postgres nobody; do
		if id "$pg_user" >/dev/null 2>&1; then
			PG_USER=$pg_user
			break
		fi
	done
	[ -n "$PG_USER" ] && command -v setpriv >/dev/null
}

as_postgres() {
	if [ -n "$PG_USER" ]; then
		(cd / && setpriv --reuid="$PG_USER" --regid="$(id -g "$PG_USER")" \
			--clear-groups "$@")
	else
		"$@"
	fi
}

# start_postgres: a running server; sets PGHOST and PGUSER. A socket's path may
# have 107 bytes, so the directory does not lie in the sandbox.
start_postgres() {
	PG_DIR=$(mktemp -d /tmp/revident-pg.XXXXXX)
	at_exit stop_postgres
	[ -z "$PG_USER" ] || chown "$PG_USER" "$PG_DIR"
	as_postgres "$PG_BIN/initdb" -D "$PG_DIR/data" -A trust -U postgres -N \
		--locale=C -E UTF8 >"$SANDBOX/initdb.log" 2>&1 || {
		cat "$SANDBOX/initdb.log"
		return 1
	}
	as_postgres "$PG_BIN/pg_ctl" -s -w -D "$PG_DIR/data" -l "$PG_DIR/log" \
		-o "-c listen_addresses='' -k $PG_DIR -c fsync=off" start || {
		cat "$PG_DIR/log"
		return 1
	}
	PGHOST=$PG_DIR
	PGUSER=postgres
	export PGHOST PGUSER
}

stop_postgres() {
	if [ -n "$PG_DIR" ] && [ -f "$PG_DIR/data/postmaster.pid" ]; then
		as_postgres "$PG_BIN/pg_ctl" -s -D "$PG_DIR/data" -m immediate stop
	fi
	[ -z "$PG_DIR" ] || rm -rf "$PG_DIR"
	PG_DIR=
}

# fresh_database NAME: an empty database; prints its URL for SQLAlchemy.
fresh_database() {
	psql -q -d postgres -c "CREATE DATABASE $1" >/dev/null
	echo "postgresql+psycopg2://postgres@/$1?host=$PGHOST"
}

# need_postgres: start it for Alembic, or skip what is left of the file.
need_postgres() {
	find_postgres || skip "PostgreSQL's server is not installed"
	/usr/bin/python3 -c 'import psycopg2' 2>/dev/null || skip "psycopg2 is not installed"
	start_postgres || fail "PostgreSQL does not start"
}
