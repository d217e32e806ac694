#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "revident/alembic/reader.h"
#include "revident/base/strbuf.h"
#include "revident/base/xalloc.h"

/* What a binding says in the tables below: `-`, `dynamic`, or its values, behind them line and `?` if conditional. */
static void add_binding(struct strbuf *out, const struct binding *binding)
{
	if (binding->kind == BINDING_ABSENT) {
		strbuf_addstr(out, "-");
		return;
	}
	if (binding->kind == BINDING_DYNAMIC)
		strbuf_addstr(out, "dynamic");
	else if (!binding->count)
		strbuf_addstr(out, "()");
	for (size_t i = 0; i < binding->count; i++) {
		strbuf_addstr(out, i ? "," : "");
		strbuf_add(out, binding->values[i].ptr, binding->values[i].len);
	}
	strbuf_addf(out, "@%u%s", binding->line, binding->conditional ? "?" : "");
}

struct fixture {
	struct reader *reader;
	struct arena arena;
	struct migration migration;
};

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct err err;

	arena_init(&f->arena);
	assert_int_equal(reader_new(&f->reader, &err), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	reader_free(f->reader);
	arena_release(&f->arena);
	free(f);
	return 0;
}

static const struct migration *read_bytes(struct fixture *f, const char *bytes, size_t len)
{
	struct err err;

	err_clear(&err);
	assert_int_equal(reader_read(f->reader, &f->arena, bytes, len, &f->migration, &err), 0);
	return &f->migration;
}

static const struct migration *read_text(struct fixture *f, const char *text)
{
	char *exact = xmemdup(text, strlen(text)); /* no literal's neighbours behind it */
	const struct migration *m = read_bytes(f, exact, strlen(text));

	free(exact);
	return m;
}

struct row {
	const char *source, *expected;
};

/* Each source's `revision`, and what else it binds behind a blank: down_revision, branch_labels, depends_on. */
static void check_rows(struct fixture *f, const struct row *rows, size_t count)
{
	struct strbuf got = STRBUF_INIT;

	for (size_t i = 0; i < count; i++) {
		const struct migration *m = read_text(f, rows[i].source);
		const struct binding *rest[] = { &m->down_revision, &m->branch_labels, &m->depends_on };

		strbuf_clear(&got);
		add_binding(&got, &m->revision);
		for (size_t k = 0; k < 3; k++) {
			if (rest[k]->kind == BINDING_ABSENT)
				continue;
			strbuf_addch(&got, ' ');
			add_binding(&got, rest[k]);
		}
		if (strcmp(got.buf, rows[i].expected) != 0)
			print_error("source:\n%s\n", rows[i].source);
		assert_string_equal(got.buf, rows[i].expected);
	}
	strbuf_release(&got);
}

#define CHECK_ROWS(state, rows) check_rows(*(state), (rows), sizeof(rows) / sizeof((rows)[0]))

static void reader_read__values__as_written(void **state)
{
	static const struct row rows[] = {
		{ "revision = 'a'\ndown_revision = 'b'\n", "a@1 b@2" },
		{ "revision = \"a\"\ndown_revision = None\n", "a@1 ()@2" },
		{ "revision = u'a'\ndown_revision = ()\nbranch_labels = ''\n", "a@1 ()@2 ()@3" },
		{ "revision = ('a')\ndown_revision = (\n  'b',\n  \"c\" 'd', # 'e'\n)\n", "a@1 b,cd@2" },
		{ "revision = 'a',\ndown_revision = 'b',\n", "dynamic@1 b@2" },
		{ "revision = None\ndown_revision = ['b', 'c', 'b']\ndepends_on = {'x'}\n", "dynamic@1 b,c@2 x@3" },
		{ "revision = '' \ndown_revision = ('')\ndepends_on = {}\n", "@1 ()@2 dynamic@3" },
		{ "revision = r'a\\x41' R'\\''\n", "a\\x41\\'@1" },
		{ "revision = '\\x41\\u00e9\\U0001f40d\\101\\n\\q\\\n'\n", "A\xc3\xa9\xf0\x9f\x90\x8d"
									   "A\n\\q@1" },
		{ "revision = '''a\r\nb'''\r\ndown_revision = 'c'\r\n", "a\nb@1 c@3" },
		{ "revision = 'a'\rdown_revision = 'b'\r", "a@1 b@2" },
		{ "revision = \\\n  'a'\ndown_revision \\\n = 'b'\n", "a@1 b@3" },
		{ "revision='a';down_revision='b';\n", "a@1 b@1" },
	};

	CHECK_ROWS(state, rows);
}

static void reader_read__values_that_are_no_literal__dynamic(void **state)
{
	static const struct row rows[] = {
		{ "revision: str = BASELINE_REVISION\n", "dynamic@1" },
		{ "revision = Table('revision', x)\n", "dynamic@1" },
		{ "revision = f'a'\ndown_revision = b'a'\nbranch_labels = 'a' + 'b'\n",
			"dynamic@1 dynamic@2 dynamic@3" },
		{ "revision = 'a' f'b'\ndown_revision = ('a', None)\n", "dynamic@1 dynamic@2" },
		{ "revision = 'a'.strip()\ndown_revision = ('a', *x)\n", "dynamic@1 dynamic@2" },
		{ "revision = '\\N{DIGIT ONE}'\ndown_revision = '\\ud800'\ndepends_on = 'a\\0'\n",
			"dynamic@1 dynamic@2 dynamic@3" },
		{ "revision = 'a' if x else 'b'\ndown_revision = {'a': 'b'}\n", "dynamic@1 dynamic@2" },
		{ "revision = 17\ndown_revision = [['a']]\n", "dynamic@1 dynamic@2" },
		{ "revision = f\"{d[\"a\"]}\"\ndown_revision = 'b'\n", "dynamic@1 b@2" },
	};

	CHECK_ROWS(state, rows);
}

static void reader_read__several_bindings__last_one_wins(void **state)
{
	static const struct row rows[] = {
		{ "revision = 'a'\nrevision = 'b'\n", "b@2" },
		{ "a = revision = 'x'\n", "x@1" },
		{ "revision = down_revision = 'x'\n", "x@1 x@1" },
		{ "revision, down_revision = 'x', None\n", "x@1 ()@1" },
		{ "(revision, [down_revision, y]) = ['x', ('z', 1)]\n", "x@1 z@1" },
		{ "revision, down_revision = f()\n", "dynamic@1 dynamic@1" },
		{ "revision, *down_revision = 'x', 'y'\n", "dynamic@1 dynamic@1" },
		{ "revision, down_revision = 'xy'\n", "dynamic@1 dynamic@1" },
		{ "revision: str\n", "-" },
		{ "revision: Union['a = 1', (str, \"]\")] = 'x'\n", "x@1" },
		{ "print(revision := 'a', 1)\n", "a@1" },
		{ "f(lambda: (revision := 'a'))\n", "-" },
		{ "revision = 'a'\nrevision += 'b'\n", "dynamic@2" },
		{ "revision = 'a'\ndel revision\n", "-" },
		{ "revision = 'a'\nif x:\n  del revision\n", "dynamic@3?" },
		{ "revision = 'a'\nimport x as revision\n", "dynamic@2" },
		{ "revision = 'a'\nfrom x import (y, z as down_revision,)\n", "a@1 dynamic@2" },
		{ "import x.revision\nimport depends_on.y\n", "- dynamic@2" },
		{ "def revision(): pass\nclass down_revision: pass\n", "dynamic@1 dynamic@2" },
		{ "for revision in x: pass\nwith y as (z, down_revision): pass\n", "dynamic@1? dynamic@2?" },
		{ "try: pass\nexcept E as revision: pass\n", "dynamic@2?" },
		{ "match x:\n  case [1, *revision] if y: pass\n  case A.down_revision: pass\n", "dynamic@2?" },
		{ "x.revision = 'a'\nx[revision] = 'a'\nrevision[0] = 'b'\n", "-" },
		{ "revision == 'a'\nx(revision='a')\n", "-" },
	};

	CHECK_ROWS(state, rows);
}

static void reader_read__blocks__module_level_counts_and_scopes_do_not(void **state)
{
	static const struct row rows[] = {
		{ "if x:\n  revision = 'a'\nelse:\n  down_revision = 'b'\n", "a@2? b@4?" },
		{ "try:\n\trevision = 'a'\nfinally: down_revision = 'b'\n", "a@2? b@3?" },
		{ "while x[1:2]: revision = 'a'; down_revision = 'b'\n", "a@1? b@1?" },
		{ "match x:\n  case 1:\n    revision = 'a'\n", "a@3?" },
		{ "def f(\n  a=1):\n  revision = 'a'\n\n# c\n  down_revision = 'b'\nrevision = 'c'\n", "c@7" },
		{ "class C:\n  revision = 'a'\n", "-" },
		{ "async def f(): revision = 'a'; down_revision = 'b'\n", "-" },
		{ "def f():\n  global revision\n  revision = 'a'\n", "-" },
		{ "'''\nrevision = 'a'\n'''\nop.execute('''\nrevision = 'b'\n''')\n", "-" },
		{ "# revision = 'a'\nx = {'revision': 'a'}\n", "-" },
		{ "\f\nrevision = 'a'\n\fdown_revision = 'b'\n", "a@2 b@3" },
	};

	CHECK_ROWS(state, rows);
}

static void reader_read__blocks_that_never_run__bind_nothing(void **state)
{
	static const struct row rows[] = {
		{ "if False:\n  revision = 'a'\n", "-" },
		{ "if 0: revision = 'a'\ndown_revision = 'b'\n", "- b@2" },
		{ "if (None):\n  if x:\n    revision = 'a'\nelse:\n  down_revision = 'b'\n", "- b@5?" },
		{ "if TYPE_CHECKING:\n  revision: str = 'a'\n", "-" },
		{ "if typing.TYPE_CHECKING:\n  del revision\n\nrevision = 'a'\n", "a@4" },
		{ "revision = 'a'\nif x: pass\nelif False:\n  revision = 'b'\n", "a@1" },
		{ "while False:\n  revision = 'a'\n", "-" },
		{ "if False or x:\n  revision = 'a'\n", "a@2?" },
		{ "if not TYPE_CHECKING:\n  revision = 'a'\n", "a@2?" },
		{ "if a.b.TYPE_CHECKING:\n  revision = 'a'\n", "a@2?" },
		{ "if TYPE_CHECKING.x:\n  revision = 'a'\n", "a@2?" },
	};

	CHECK_ROWS(state, rows);
}

static void reader_read__except_blocks__only_python_knows(void **state)
{
	static const struct row rows[] = {
		{ "try:\n  revision = 'a'\nexcept E:\n  revision = 'b'\n", "dynamic@4?" },
		{ "try:\n  revision = 'a'\nexcept* E: revision = 'b'\ndown_revision = 'c'\n", "dynamic@3? c@4" },
		{ "try:\n  f()\nexcept E:\n  if x:\n    revision = 'b'\n  down_revision = 'c'\n",
			"dynamic@5? dynamic@6?" },
		{ "try:\n  f()\nexcept E:\n  raise\nelse:\n  revision = 'a'\n", "a@6?" },
		{ "if x:\n  try: f()\n  except E: revision = 'b'\n  revision = 'c'\n", "c@4?" },
		{ "try: f()\nexcept E: revision = 'b'\nrevision = 'c'\n", "c@3" },
	};

	CHECK_ROWS(state, rows);
}

static void reader_read__encodings__values_in_utf8(void **state)
{
	static const struct row rows[] = {
		{ "\xef\xbb\xbfrevision = 'caf\xc3\xa9'\n", "caf\xc3\xa9@1" },
		{ "# coding: latin-1\nrevision = 'caf\xe9'\n", "caf\xc3\xa9@2" },
		{ "#!x\n# -*- coding: iso-8859-15 -*-\nrevision = '\xa4'\n", "\xe2\x82\xac@3" },
		{ "# vim: fileencoding=cp1252\nrevision = '\x80'\n", "\xe2\x82\xac@2" },
		{ "x = 1\n# coding: latin-1\nrevision = 'a'\n", "a@3" },
		{ "# coding: koi8-r\nrevision = 'a'\ndown_revision = '\xc1'\n", "a@2 dynamic@3" },
	};

	CHECK_ROWS(state, rows);
}

static void reader_read__file_that_does_not_parse__keeps_column_0_bindings(void **state)
{
	static const struct {
		const char *source, *expected;
		enum unreadable unreadable;
		unsigned line;
	} rows[] = {
		{ "revision='a'\ndown_revision='b'\ndef f():\n  print 'x'\n", "a b", UNREADABLE_SYNTAX, 4 },
		{ "revision='a'\ndown_revision='b'\nraise X, 'y'\n", "a b", UNREADABLE_SYNTAX, 3 },
		{ "revision='a'\ndown_revision='b'\nx = 0777\n", "a b", UNREADABLE_SYNTAX, 3 },
		{ "revision='a'\ndown_revision='b'\n  x = 1\n", "a b", UNREADABLE_SYNTAX, 3 },
		{ "revision='a'\ndown_revision=(\n 'b',\n)\nf(\n", "a b", UNREADABLE_UNCLOSED, 5 },
		{ "revision='a'\ndown_revision='b'\nf(]\n", "a b", UNREADABLE_UNCLOSED, 3 },
		{ "'''\nrevision='c'\n'''\nrevision='a'\ndown_revision='b'\nx = f'''\nrevision='c'\n'''\nf(\n", "a b",
			UNREADABLE_UNCLOSED, 9 },
		{ "revision='a'\ndown_revision='b'\nf(]\n'''\nrevision='c'\n'''\n", "a b", UNREADABLE_UNCLOSED, 3 },
		{ "revision='a'\ndown_revision='b'\nf())\nrevision='c'\n", "c b", UNREADABLE_UNCLOSED, 3 },
		{ "revision='a'\ndown_revision='b'\nx = '''\nrevision='c'\n", "c b", UNREADABLE_UNCLOSED, 3 },
		{ "revision='a'\ndown_revision='b\n", "a dynamic", UNREADABLE_UNCLOSED, 2 },
		{ "revision='a'\n<<<<<<< HEAD\ndown_revision='b'\n=======\ndown_revision='c'\n>>>>>>> x\n", "a c",
			UNREADABLE_CONFLICT, 2 },
		{ "<<<<<<< HEAD\n'''x\n=======\n'''y\n>>>>>>> x\n'''\nrevision='a'\ndown_revision='b'\n", "a b",
			UNREADABLE_CONFLICT, 1 },
		{ "revision='a'\ndown_revision='b'\n# \xff\n", "a b", UNREADABLE_UNDECODABLE, 3 },
		{ "# coding: nonsense\nrevision='a'\ndown_revision='b'\n", "a b", UNREADABLE_UNDECODABLE, 1 },
		{ "'''\n<<<<<<< HEAD\n'''\nrevision='a'\ndown_revision='b'\n", "a b", UNREADABLE_NOT, 0 },
	};
	struct strbuf got = STRBUF_INIT;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct migration *m = read_text(*state, rows[i].source);

		strbuf_clear(&got);
		assert_true(migration_has_identity(m));
		strbuf_add(&got, m->revision.values[0].ptr, m->revision.values[0].len);
		strbuf_addf(&got, " %s",
			m->down_revision.kind == BINDING_DYNAMIC ? "dynamic" : m->down_revision.values[0].ptr);
		assert_string_equal(got.buf, rows[i].expected);
		assert_int_equal(m->unreadable, rows[i].unreadable);
		assert_int_equal(m->unreadable_line, rows[i].line);
	}
	strbuf_release(&got);
}

static void reader_read__nul_byte__unreadable_at_its_line(void **state)
{
	static const char source[] = "revision = 'a'\ndown_revision = 'b'\nx = '\0'\n";
	const struct migration *m = read_bytes(*state, source, sizeof(source) - 1);

	assert_int_equal(m->unreadable, UNREADABLE_CHARACTER);
	assert_int_equal(m->unreadable_line, 3);
	assert_true(migration_has_identity(m));
}

static void reader_read__over_the_limit__too_large(void **state)
{
	size_t len = (size_t)MIGRATION_BYTES_MAX + 1;
	char *bytes = xmalloc(len);
	const struct migration *m;

	memset(bytes, '\n', len);
	memcpy(bytes, "revision='a'", 12);
	m = read_bytes(*state, bytes, len);
	assert_int_equal(m->unreadable, UNREADABLE_TOO_LARGE);
	assert_int_equal(m->revision.kind, BINDING_ABSENT);
	m = read_bytes(*state, bytes, len - 1);
	assert_int_equal(m->unreadable, UNREADABLE_NOT);
	assert_int_equal(m->revision.kind, BINDING_LITERAL);
	free(bytes);
}

static void reader_read__docstring__fields_and_lines(void **state)
{
	const struct migration *m =
		read_text(*state, "# licence\n'''\n\n  add a table \n\nRevision ID: abc\nRevises: d, e\n"
				  "Create Date: 2015-06-12 14:23:34.1\n\n'''\nrevision = 'x'\n");

	assert_string_equal(m->message.ptr, "add a table");
	assert_string_equal(m->doc_revision.ptr, "abc");
	assert_string_equal(m->doc_revises.ptr, "d, e");
	assert_string_equal(m->create_date.ptr, "2015-06-12 14:23:34.1");
	assert_true(m->create_date_has_time);
	assert_int_equal(m->doc_revision_line, 6);
	assert_int_equal(m->doc_revises_line, 7);
	assert_string_equal(m->revision.values[0].ptr, "x");
}

static void reader_read__docstring_forms__plain_strings_only(void **state)
{
	static const struct row rows[] = {
		{ "'a' 'b'\nrevision=1\n", "ab" },
		{ "('a')\nrevision=1\n", "a" },
		{ "u'a'; x = 1\nrevision=1\n", "a" },
		{ "r'\\n'\nrevision=1\n", "\\n" },
		{ "'\\n b\\x41\\n'\nrevision=1\n", "bA" },
		{ "f'a'\nrevision=1\n", NULL },
		{ "b'a'\nrevision=1\n", NULL },
		{ "'a'.x\nrevision=1\n", NULL },
		{ "x = 1\n'a'\nrevision=1\n", NULL },
		{ "''\nrevision=1\n", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct migration *m = read_text(*state, rows[i].source);

		if (rows[i].expected)
			assert_string_equal(m->message.ptr, rows[i].expected);
		else
			assert_null(m->message.ptr);
	}
}

static void reader_read__empty_revises_and_date_without_time__told_apart(void **state)
{
	const struct migration *m = read_text(*state, "'''x\nRevises: \nCreate Date: 2015-06-12\n'''\nrevision='a'\n");

	assert_non_null(m->doc_revises.ptr);
	assert_int_equal(m->doc_revises.len, 0);
	assert_null(m->doc_revision.ptr);
	assert_false(m->create_date_has_time);
}

static void migration_has_identity__needs_literal_id_and_down_revision(void **state)
{
	assert_true(migration_has_identity(read_text(*state, "revision='a'\ndown_revision=f()\n")));
	assert_false(migration_has_identity(read_text(*state, "revision='a'\n")));
	assert_false(migration_has_identity(read_text(*state, "revision=''\ndown_revision=None\n")));
	assert_false(migration_has_identity(read_text(*state, "revision=f()\ndown_revision=None\n")));
	assert_false(migration_has_identity(read_text(*state, "")));
}

static void migration_file_name__as_alembic_matches(void **state)
{
	static const char *const accepted[] = { "a.py", ".a.py", ".py", "test_a.py", "a b.py", "\xc3\xa9.py",
		"x__init__.py", "a.py\n" };
	static const char *const rejected[] = { ".#a.py", "__init__.py", "__init__x.py", "a.py~", "a.pyc", "a.pyi",
		"a.PY", "a.py.bak", "#a.py#", "", "py", "a\nb.py", "a.py\n\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++)
		assert_true(migration_file_name(accepted[i], strlen(accepted[i])));
	for (size_t i = 0; i < sizeof(rejected) / sizeof(rejected[0]); i++)
		assert_false(migration_file_name(rejected[i], strlen(rejected[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reader_read__values__as_written),
		cmocka_unit_test(reader_read__values_that_are_no_literal__dynamic),
		cmocka_unit_test(reader_read__several_bindings__last_one_wins),
		cmocka_unit_test(reader_read__blocks__module_level_counts_and_scopes_do_not),
		cmocka_unit_test(reader_read__blocks_that_never_run__bind_nothing),
		cmocka_unit_test(reader_read__except_blocks__only_python_knows),
		cmocka_unit_test(reader_read__encodings__values_in_utf8),
		cmocka_unit_test(reader_read__file_that_does_not_parse__keeps_column_0_bindings),
		cmocka_unit_test(reader_read__nul_byte__unreadable_at_its_line),
		cmocka_unit_test(reader_read__over_the_limit__too_large),
		cmocka_unit_test(reader_read__docstring__fields_and_lines),
		cmocka_unit_test(reader_read__docstring_forms__plain_strings_only),
		cmocka_unit_test(reader_read__empty_revises_and_date_without_time__told_apart),
		cmocka_unit_test(migration_has_identity__needs_literal_id_and_down_revision),
		cmocka_unit_test(migration_file_name__as_alembic_matches),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
