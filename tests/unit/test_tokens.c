#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "revident/alembic/tokens.h"
#include "revident/base/strbuf.h"

static struct tokenizer *tokenizer;
static struct token_list list;

static int setup(void **state)
{
	struct err err;

	(void)state;
	return tokenizer_new(&tokenizer, &err);
}

static int teardown(void **state)
{
	(void)state;
	tokenizer_free(tokenizer);
	token_list_release(&list);
	return 0;
}

static void read_tokens(const char *bytes, size_t len, enum tokens_extent extent)
{
	struct err err;

	assert_int_equal(tokens_read(tokenizer, bytes, len, extent, &list, &err), 0);
}

/* Kind letter and text of every token; `$` ends a logical line, its level in front of what begins it. */
static void check_tokens(const char *source, const char *expected)
{
	static const char letters[] = { [TOKEN_NAME] = 'n',
		[TOKEN_NUMBER] = '#',
		[TOKEN_STRING] = 's',
		[TOKEN_BYTES] = 'b',
		[TOKEN_FSTRING] = 'f',
		[TOKEN_OP] = 'o',
		[TOKEN_NEWLINE] = '$' };
	struct strbuf got = STRBUF_INIT;

	read_tokens(source, strlen(source), TOKENS_ALL);
	for (size_t i = 0; i < list.count; i++) {
		const struct token *token = &list.items[i];

		if (i == 0 || list.items[i - 1].kind == TOKEN_NEWLINE)
			strbuf_addf(&got, "%u", token->level);
		strbuf_addf(&got, " %c", letters[token->kind]);
		strbuf_add(&got, source + token->at, token->len);
	}
	assert_string_equal(got.buf, expected);
	strbuf_release(&got);
}

static void tokens_read__sources__cut_as_python_does(void **state)
{
	(void)state;
	check_tokens("", "");
	check_tokens("\n# c\n   \n\\\n\n", "");
	check_tokens("a.b = 1", "0 na o. nb o= #1 $");
	check_tokens("a == b := c += d ** e //= ... -> .5", "0 na o== nb o:= nc o+= nd o** ne o//= o... o-> #.5 $");
	check_tokens("0x1f 1_0.5e-3j 1.e5 1.\n", "0 #0x1f #1_0.5e-3j #1.e5 #1. $");
	check_tokens("u'a' Rb\"b\" bR'c' f'd' rf'e' x'f'", "0 su'a' bRb\"b\" bbR'c' ff'd' frf'e' nx s'f' $");
	check_tokens("'''a'b''c\n''' ''\"\"\"\"\\\"\"\"\" 'a\\\nb'",
		"0 s'''a'b''c\n''' s'' s\"\"\"\"\\\"\"\"\" s'a\\\nb' $");
	check_tokens("if x:\n  y\n    # deep\n\n  z\nw", "0 nif nx o: $1 ny $1 nz $0 nw $");
	check_tokens("if x:\n\ty\n        \n\tz\n", "0 nif nx o: $1 ny $1 nz $");
	check_tokens("f(\n# )\n a)\r\nb\rc", "0 nf o( na o) $0 nb $0 nc $");
	check_tokens("a \\\n b\n  \\\n", "0 na nb $");
	check_tokens("\xc3\xa9 = 1", "0 n\xc3\xa9 o= #1 $");
}

static void tokens_read__brackets__know_each_other(void **state)
{
	(void)state;
	read_tokens("a[(b), {}]", 10, TOKENS_ALL);
	assert_int_equal(list.items[1].pair, 8);
	assert_int_equal(list.items[8].pair, 1);
	assert_int_equal(list.items[2].pair, 4);
	assert_int_equal(list.items[3].depth, 2);
	assert_int_equal(list.items[2].depth, 1);
	assert_int_equal(list.items[8].depth, 0);
}

static void tokens_read__problems__noted_with_their_line(void **state)
{
	static const struct {
		const char *source;
		enum unreadable problem;
		unsigned line;
		bool stopped;
	} rows[] = {
		{ "match x:\n case 1: y\ntype = 1\nprint(a)\nprint >> a, b\n", UNREADABLE_NOT, 0, false },
		{ "x = 1if a else 0\nraise A from b\ny = [a for b in c if not d]\nasync def f(): await g\n",
			UNREADABLE_NOT, 0, false },
		{ "x = 'a' b'c'\nlambda: 0\nx = yield a\nfrom . import b as c\n", UNREADABLE_NOT, 0, false },
		{ "x = 0\ny = 00\nz = 0.7\n", UNREADABLE_NOT, 0, false },
		{ "\nprint x\n", UNREADABLE_SYNTAX, 2, false },
		{ "exec 'x' in y\n", UNREADABLE_SYNTAX, 1, false },
		{ "try:\n  x\nexcept A, b:\n  x\n", UNREADABLE_SYNTAX, 3, false },
		{ "except (A, b):\n x\n", UNREADABLE_NOT, 0, false },
		{ "x = 10L\n", UNREADABLE_SYNTAX, 1, false },
		{ "x = a ? b\n", UNREADABLE_CHARACTER, 1, false },
		{ "print x\n\fy =\v1\n", UNREADABLE_CHARACTER, 2, false },
		{ "`x`\nx <> y\n", UNREADABLE_SYNTAX, 1, false },
		{ "x = 1\f\n  # \v\nif x:\n  \f y = '\v'\n", UNREADABLE_NOT, 0, false },
		{ "x = \\ 1\n", UNREADABLE_CHARACTER, 1, false },
		{ "if x:\ny\n", UNREADABLE_SYNTAX, 2, false },
		{ "if x:\n", UNREADABLE_SYNTAX, 1, false },
		{ " x\n", UNREADABLE_SYNTAX, 1, false },
		{ "if x:\n    y\n  z\n", UNREADABLE_SYNTAX, 3, false },
		{ "if x:\n        y\n\tz\n", UNREADABLE_SYNTAX, 3, false },
		{ "x = f'{'\n", UNREADABLE_SYNTAX, 1, false },
		{ "print x\n(\n", UNREADABLE_UNCLOSED, 2, true },
		{ "(\n[)\n", UNREADABLE_UNCLOSED, 2, true },
		{ "())\n", UNREADABLE_UNCLOSED, 1, false },
		{ "x = '''\n\n", UNREADABLE_UNCLOSED, 1, true },
		{ "'\n'", UNREADABLE_UNCLOSED, 1, true },
		{ "print x\n=======\n(", UNREADABLE_CONFLICT, 2, true },
		{ "(\n||||||| base\n)\n", UNREADABLE_CONFLICT, 2, false },
		{ "x = a <<<<<<< b\n", UNREADABLE_NOT, 0, false },
		{ "'''\n=======\n'''\n", UNREADABLE_NOT, 0, false },
		{ "========\n", UNREADABLE_NOT, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		read_tokens(rows[i].source, strlen(rows[i].source), TOKENS_ALL);
		if (list.problem != rows[i].problem || list.problem_line != rows[i].line)
			print_error("source:\n%s\n", rows[i].source);
		assert_int_equal(list.problem, rows[i].problem);
		assert_int_equal(list.problem_line, rows[i].line);
		assert_int_equal(list.stopped, rows[i].stopped);
	}
}

static void tokens_read__first_line__ends_behind_it(void **state)
{
	(void)state;
	read_tokens("\n# c\nf(\na)\n(((", 13, TOKENS_FIRST_LINE);
	assert_int_equal(list.count, 5);
	assert_int_equal(list.problem, UNREADABLE_NOT);
	assert_int_equal(list.items[4].kind, TOKEN_NEWLINE);
	assert_int_equal(list.items[4].line, 4);
}

static void tokens_read__nesting_beyond_pythons__stops(void **state)
{
	struct strbuf source = STRBUF_INIT;

	(void)state;
	strbuf_addchn(&source, '(', TOKEN_DEPTH_MAX);
	strbuf_addchn(&source, ')', TOKEN_DEPTH_MAX);
	read_tokens(source.buf, source.len, TOKENS_ALL);
	assert_false(list.stopped);
	strbuf_clear(&source);
	strbuf_addchn(&source, '(', TOKEN_DEPTH_MAX + 1);
	strbuf_addchn(&source, ')', TOKEN_DEPTH_MAX + 1);
	read_tokens(source.buf, source.len, TOKENS_ALL);
	assert_true(list.stopped);
	strbuf_clear(&source);
	for (size_t i = 0; i <= TOKEN_LEVEL_MAX + 1; i++) {
		strbuf_addchn(&source, ' ', i);
		strbuf_addstr(&source, "if x:\n");
	}
	read_tokens(source.buf, source.len, TOKENS_ALL);
	assert_int_equal(list.problem, UNREADABLE_SYNTAX);
	assert_int_equal(list.problem_line, TOKEN_LEVEL_MAX + 2);
	strbuf_release(&source);
}

static void fstring_end__nested_as_pep_701__found(void **state)
{
	static const struct {
		const char *source;
		int found; /* the whole source, or never closed */
	} rows[] = {
		{ "''", 1 },
		{ "'{x}'", 1 },
		{ "'{d['a']}'", 1 },
		{ "'{f'{f'{x}'}'}'", 1 },
		{ "'{x:{y['a']}>{'b'}}'", 1 },
		{ "'{x!r:%H:%M}'", 1 },
		{ "'{{ {'}'} }}'", 1 },
		{ "'{ {'a': 1}['a'] }'", 1 },
		{ "'{(lambda x: '}')(1)}'", 1 },
		{ "'{x:=5}'", 1 },
		{ "'\\N{BULLET}\\'\\{x}'", 1 },
		{ "'{x\n# '\n}'", 1 },
		{ "\"\"\"{'''\n'''}\n\"{\"a\"}\"\"\"", 1 },
		{ "'{rb'}'}'", 1 },
		{ "'{x", 0 },
		{ "'{'", 0 },
		{ "'{x:'", 0 },
		{ "'a\n'", 0 },
		{ "'{x:\n}'", 0 },
	};
	struct err err;
	size_t end;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].source);

		assert_int_equal(fstring_end(tokenizer, rows[i].source, len, 0, &end, &err), rows[i].found);
		if (rows[i].found)
			assert_int_equal(end, len);
	}
}

static void fstring_end__too_many_frames__not_closed(void **state)
{
	struct strbuf source = STRBUF_INIT;
	struct err err;
	size_t end;

	(void)state;
	for (int i = 0; i < FSTRING_FRAMES_MAX; i++)
		strbuf_addstr(&source, "'{f");
	assert_int_equal(fstring_end(tokenizer, source.buf, source.len, 0, &end, &err), 0);
	strbuf_release(&source);
}

static void string_prefix__all_of_two_letters__told_apart(void **state)
{
	static const struct {
		const char *name;
		enum string_prefix prefix;
	} rows[] = {
		{ "", PREFIX_STRING },
		{ "r", PREFIX_STRING },
		{ "U", PREFIX_STRING },
		{ "b", PREFIX_BYTES },
		{ "bR", PREFIX_BYTES },
		{ "Rb", PREFIX_BYTES },
		{ "F", PREFIX_FORMAT },
		{ "rf", PREFIX_FORMAT },
		{ "tR", PREFIX_FORMAT },
		{ "ur", PREFIX_NONE },
		{ "rr", PREFIX_NONE },
		{ "bf", PREFIX_NONE },
		{ "x", PREFIX_NONE },
		{ "bru", PREFIX_NONE },
		{ "uu", PREFIX_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(string_prefix(rows[i].name, strlen(rows[i].name)), rows[i].prefix);
}

/* Quadratic behaviour would need hours here. */
static void tokens_read__hostile_repetition__ends(void **state)
{
	static const char *const pieces[] = { "'", "'\\", "\\", "f'{", "f'{'a'}", "(", "\"\"\"", "'''\"", "\\\n", "\0",
		"\xff", "0_", "f'{x:{", "<<<<<<< \n", "\r" };
	struct strbuf source = STRBUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		size_t len = strlen(pieces[i]) + !*pieces[i];

		strbuf_clear(&source);
		while (source.len < 100000)
			strbuf_add(&source, pieces[i], len);
		read_tokens(source.buf, source.len, TOKENS_ALL);
		assert_true(list.count <= source.len + 2);
	}
	strbuf_release(&source);
}

/* A megabyte of escapes in one string is honest input: embedded data. */
static void tokens_read__string_of_many_escapes__one_token(void **state)
{
	struct strbuf source = STRBUF_INIT;

	(void)state;
	strbuf_addstr(&source, "'");
	while (source.len < 4000000)
		strbuf_addstr(&source, "\\\\");
	strbuf_addstr(&source, "'");
	read_tokens(source.buf, source.len, TOKENS_ALL);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.items[0].len, source.len);
	strbuf_release(&source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_read__sources__cut_as_python_does),
		cmocka_unit_test(tokens_read__brackets__know_each_other),
		cmocka_unit_test(tokens_read__problems__noted_with_their_line),
		cmocka_unit_test(tokens_read__first_line__ends_behind_it),
		cmocka_unit_test(tokens_read__nesting_beyond_pythons__stops),
		cmocka_unit_test(fstring_end__nested_as_pep_701__found),
		cmocka_unit_test(fstring_end__too_many_frames__not_closed),
		cmocka_unit_test(string_prefix__all_of_two_letters__told_apart),
		cmocka_unit_test(tokens_read__hostile_repetition__ends),
		cmocka_unit_test(tokens_read__string_of_many_escapes__one_token),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
