#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "plain_token.h"
#include "revident/alembic/reader.h"
#include "revident/alembic/tokens.h"
#include "revident/base/xalloc.h"

/*
 * No token of a source takes more steps than it has bytes, since nothing is tried twice. A limit of 1e6 refused a
 * string of a few hundred thousand escapes, which is honest input.
 */
enum { MATCH_LIMIT = 8 * MIGRATION_BYTES_MAX };

struct tokenizer {
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *context;
	bool jit;
};

/*
 * One alternation, the frequent first; brackets, commas, line ends and the like, which their first byte tells, fall to
 * the last one. Strings are possessive and must be closed; where they are not, only the quote itself is left to match.
 */
static const char token_pattern[] =
	"[A-Za-z_\\x80-\\xff][A-Za-z0-9_\\x80-\\xff]*+"
	"|'''(?:[^'\\\\]++|\\\\[\\s\\S]|'(?!''))*+'''"
	"|\"\"\"(?:[^\"\\\\]++|\\\\[\\s\\S]|\"(?!\"\"))*+\"\"\""
	"|'(?!'')(?:[^'\\\\\\r\\n]++|\\\\(?:\\r\\n|[\\s\\S]))*+'"
	"|\"(?!\"\")(?:[^\"\\\\\\r\\n]++|\\\\(?:\\r\\n|[\\s\\S]))*+\""
	"|\\#[^\\r\\n]*+"
	"|0[xX][0-9a-fA-F_]++|0[oO][0-7_]++|0[bB][01_]++"
	"|(?:[0-9][0-9_]*+(?:\\.[0-9_]*+)?+|\\.[0-9][0-9_]*+)(?:[eE][+-]?[0-9][0-9_]*+)?+[jJ]?+"
	"|\\\\(?:\\r\\n?|\\n)"
	"|\\*\\*=?|//=?|>>=?|<<=?|->|<>|[-+*/%&|^@=!<>:]=|\\.\\.\\."
	"|[\\s\\S]";

const char *reader_library(struct arena *arena)
{
	PCRE2_UCHAR version[64] = ""; /* "10.42 2022-12-11" */

	if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) < (int)sizeof(version))
		pcre2_config(PCRE2_CONFIG_VERSION, version);
	return arena_printf(arena, "PCRE2 %s", (const char *)version);
}

int tokenizer_new(struct tokenizer **out, struct err *err)
{
	struct tokenizer *tokenizer = xcalloc(1, sizeof(*tokenizer));
	PCRE2_UCHAR reason[128] = "";
	PCRE2_SIZE offset;
	int code, rc = -1;

	tokenizer->code = pcre2_compile(
		(PCRE2_SPTR)token_pattern, sizeof(token_pattern) - 1, PCRE2_ANCHORED, &code, &offset, NULL);
	if (!tokenizer->code) {
		pcre2_get_error_message(code, reason, sizeof(reason));
		err_set(err, ERR_UNDECIDED, "the pattern of Python tokens cannot be compiled: %s",
			(const char *)reason);
		goto done;
	}
	tokenizer->jit = pcre2_jit_compile(tokenizer->code, PCRE2_JIT_COMPLETE) == 0;
	tokenizer->match = pcre2_match_data_create(1, NULL);
	tokenizer->context = pcre2_match_context_create(NULL);
	if (!tokenizer->match || !tokenizer->context) {
		err_set(err, ERR_UNDECIDED, "PCRE2 cannot allocate its match data");
		goto done;
	}
	pcre2_set_match_limit(tokenizer->context, MATCH_LIMIT);
	*out = tokenizer;
	rc = 0;
done:
	if (rc < 0)
		tokenizer_free(tokenizer);
	return rc;
}

void tokenizer_free(struct tokenizer *tokenizer)
{
	if (!tokenizer)
		return;
	pcre2_match_context_free(tokenizer->context);
	pcre2_match_data_free(tokenizer->match);
	pcre2_code_free(tokenizer->code);
	free(tokenizer);
}

static long match_fails(int code, struct err *err)
{
	PCRE2_UCHAR reason[128] = "";

	pcre2_get_error_message(code, reason, sizeof(reason));
	err_set(err, ERR_UNDECIDED, "Python source cannot be cut into tokens: %s", (const char *)reason);
	return -1;
}

long tokenizer_match(struct tokenizer *tokenizer, const char *bytes, size_t len, size_t at, struct err *err)
{
	size_t end = plain_token_end(bytes, len, at);
	int rc = PCRE2_ERROR_JIT_STACKLIMIT;

	if (end)
		return (long)(end - at);
	if (tokenizer->jit)
		rc = pcre2_jit_match(
			tokenizer->code, (PCRE2_SPTR)bytes, len, at, 0, tokenizer->match, tokenizer->context);
	if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
		rc = pcre2_match(tokenizer->code, (PCRE2_SPTR)bytes, len, at, PCRE2_NO_JIT, tokenizer->match,
			tokenizer->context);
	if (rc < 0)
		return match_fails(rc, err);
	return (long)(pcre2_get_ovector_pointer(tokenizer->match)[1] - at);
}

enum string_prefix string_prefix(const char *name, size_t len)
{
	enum string_prefix kind = PREFIX_STRING;
	bool raw = false, other = false;

	if (len > 2)
		return PREFIX_NONE;
	for (size_t i = 0; i < len; i++) {
		switch (name[i] | 0x20) {
		case 'r':
			if (raw)
				return PREFIX_NONE;
			raw = true;
			continue;
		case 'u':
			if (len > 1)
				return PREFIX_NONE;
			break;
		case 'b':
			kind = PREFIX_BYTES;
			break;
		case 'f':
		case 't':
			kind = PREFIX_FORMAT;
			break;
		default:
			return PREFIX_NONE;
		}
		if (other)
			return PREFIX_NONE;
		other = true;
	}
	return kind;
}

bool token_is_keyword(const char *name, size_t len)
{
	static const char words[][9] = { "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
		"del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
		"lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield" };

	if (len < 2 || len > 8)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i][0] == name[0] && strlen(words[i]) == len && memcmp(words[i], name, len) == 0)
			return true;
	return false;
}

bool token_is(const char *source, const struct token *token, const char *word)
{
	const char *name = source + token->at;

	return token->kind == TOKEN_NAME && *name == *word && strncmp(name, word, token->len) == 0 &&
	       word[token->len] == '\0';
}

void token_list_release(struct token_list *list)
{
	free(list->items);
	*list = (struct token_list){ 0 };
}
