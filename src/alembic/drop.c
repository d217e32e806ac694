#include "canon.h"

#include <string.h>

/* A statement whose tokens are being judged. */
struct judged {
	const struct bindings *b;
	struct span span;
	enum header kind;
	bool *dropped;
};

static const struct token *token_at(const struct judged *j, size_t i)
{
	return &j->b->tokens[i];
}

static bool is_op(const struct judged *j, size_t i, uint8_t op)
{
	return token_at(j, i)->kind == TOKEN_OP && token_at(j, i)->op == op;
}

static bool is_word(const struct judged *j, size_t i, const char *word)
{
	return token_is(j->b->source, token_at(j, i), word);
}

static bool is_one_of(const struct judged *j, size_t i, const char *const *words)
{
	for (; *words; words++)
		if (is_word(j, i, *words))
			return true;
	return false;
}

static bool is_ellipsis(const struct judged *j, size_t i)
{
	const struct token *token = token_at(j, i);

	return token->kind == TOKEN_OP && token->len == 3 && j->b->source[token->at] == '.';
}

static bool ends_operand(const struct judged *j, size_t i)
{
	const struct token *token = token_at(j, i);

	if (token->kind == TOKEN_OP)
		return token->op == ')' || token->op == ']' || token->op == '}' || is_ellipsis(j, i);
	return token->kind != TOKEN_NAME || !token_is_keyword(j->b->source + token->at, token->len);
}

/* The nearest item before or behind `i` that still counts; span.to if there is none. */
static size_t before(const struct judged *j, size_t i)
{
	while (i > j->span.from)
		if (!j->dropped[--i])
			return i;
	return j->span.to;
}

static size_t behind(const struct judged *j, size_t i)
{
	while (++i < j->span.to)
		if (!j->dropped[i])
			return i;
	return j->span.to;
}

/* Is `i` an opening bracket directly behind a primary: a call, a subscript, a parameter list? */
static bool is_trailer(const struct judged *j, size_t i)
{
	size_t left = before(j, i);

	return left < j->span.to && ends_operand(j, left);
}

/* Is there more than one comma, brackets inside apart? */
static bool has_commas(const struct judged *j, struct span inside)
{
	unsigned commas = 0;

	for (size_t i = inside.from; i < inside.to && commas < 2; i = token_skip(j->b->tokens, i))
		commas += is_op(j, i, ',');
	return commas > 1;
}

/* What stands on the right of the statement's last `=`. */
static struct span right_side(const struct judged *j)
{
	size_t from = j->span.from;

	for (size_t i = from; i < j->span.to; i = token_skip(j->b->tokens, i))
		if (is_op(j, i, '='))
			from = i + 1;
	return (struct span){ from, j->span.to };
}

/* How tightly operators bind, the loosest first (Python's reference, 6.17). */
enum power {
	POWER_LAMBDA, /* lambda, yield, := and generators */
	POWER_TERNARY,
	POWER_OR,
	POWER_AND,
	POWER_NOT,
	POWER_COMPARISON,
	POWER_BIT_OR,
	POWER_BIT_XOR,
	POWER_BIT_AND,
	POWER_SHIFT,
	POWER_SUM,
	POWER_PRODUCT,
	POWER_UNARY,
	POWER_POWER,
	POWER_PRIMARY, /* no operator */
};

static enum power word_power(const struct judged *j, size_t i)
{
	static const struct {
		const char *word;
		enum power power;
	} words[] = {
		{ "if", POWER_TERNARY },
		{ "else", POWER_TERNARY },
		{ "or", POWER_OR },
		{ "and", POWER_AND },
		{ "in", POWER_COMPARISON },
		{ "is", POWER_COMPARISON },
	};
	const struct token *token = token_at(j, i);

	for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++)
		if (is_word(j, i, words[k].word))
			return words[k].power;
	if (is_word(j, i, "not")) {
		size_t left = before(j, i);

		return is_trailer(j, i) || (left < j->span.to && is_word(j, left, "is")) ? POWER_COMPARISON : POWER_NOT;
	}
	return token_is_keyword(j->b->source + token->at, token->len) ? POWER_LAMBDA : POWER_PRIMARY;
}

/* What item `i` is as an operator; a star in front of an argument is none that could be judged. */
static enum power power_at(const struct judged *j, size_t i)
{
	const struct token *token = token_at(j, i);
	const char *text = j->b->source + token->at;
	bool binary;

	if (token->kind == TOKEN_NAME)
		return word_power(j, i);
	if (token->kind != TOKEN_OP || strchr(".()[]{}", token->op) || is_ellipsis(j, i))
		return POWER_PRIMARY;
	if (token->op == OP_WALRUS || token->op == OP_JUNK || strchr(",:;=", token->op))
		return POWER_LAMBDA;
	binary = is_trailer(j, i);
	switch (*text) {
	case '|':
		return POWER_BIT_OR;
	case '^':
		return POWER_BIT_XOR;
	case '&':
		return POWER_BIT_AND;
	case '<':
	case '>':
		return token->len == 2 && text[1] == text[0] ? POWER_SHIFT : POWER_COMPARISON;
	case '=':
	case '!':
		return POWER_COMPARISON;
	case '+':
	case '-':
		return binary ? POWER_SUM : POWER_UNARY;
	case '~':
		return POWER_UNARY;
	case '*':
		if (!binary)
			return POWER_LAMBDA;
		return token->len == 2 ? POWER_POWER : POWER_PRODUCT;
	default:
		return binary ? POWER_PRODUCT : POWER_LAMBDA;
	}
}

/* The loosest operator of an expression, brackets inside apart. */
static enum power loosest(const struct judged *j, struct span inside)
{
	enum power least = POWER_PRIMARY, power;

	for (size_t i = inside.from; i < inside.to; i = token_skip(j->b->tokens, i)) {
		power = power_at(j, i);
		if (power < least)
			least = power;
	}
	return least;
}

static bool is_generator(const struct judged *j, struct span inside)
{
	for (size_t i = inside.from; i < inside.to; i = token_skip(j->b->tokens, i))
		if (is_word(j, i, "for"))
			return true;
	return false;
}

/* Is `i` the `in` of a `for`, and no operator? */
static bool is_for_in(const struct judged *j, size_t i)
{
	uint8_t depth = token_at(j, i)->depth;

	if (!is_word(j, i, "in"))
		return false;
	while (i-- > j->span.from) {
		const struct token *token = token_at(j, i);

		if (token->depth < depth || (token->depth == depth && is_word(j, i, "in")))
			return false;
		if (token->depth == depth && is_word(j, i, "for"))
			return true;
		if (token->kind == TOKEN_OP && strchr(")]}", token->op))
			i = token->pair < i ? token->pair : i;
	}
	return false;
}

/* A star in front of an argument or element. */
static bool is_star(const struct judged *j, size_t i)
{
	return token_at(j, i)->kind == TOKEN_OP && j->b->source[token_at(j, i)->at] == '*' && !is_trailer(j, i);
}

/* May a whole expression begin behind item `left`, whatever operators are in it? */
static bool opens_place(const struct judged *j, size_t left)
{
	static const char *const words[] = { "return", "yield", "if", "elif", "while", "assert", "raise", "del", "with",
		NULL };
	uint8_t op = token_at(j, left)->op;

	if (left == j->span.to)
		return true;
	if (token_at(j, left)->kind == TOKEN_OP)
		return op == OP_WALRUS || op == OP_AUGMENT || is_star(j, left) ||
		       (op > OP_JUNK && strchr("=([{,:", op));
	return is_one_of(j, left, words) || is_for_in(j, left);
}

/* And may it end before item `right`? */
static bool closes_place(const struct judged *j, size_t right)
{
	static const char *const words[] = { "for", "async", "as", "from", NULL };
	uint8_t op = token_at(j, right)->op;

	if (right == j->span.to)
		return true;
	if (token_at(j, right)->kind == TOKEN_OP)
		return op > OP_JUNK && strchr("=)]},:", op);
	return is_one_of(j, right, words);
}

/* Does an expression of this power stay together behind the operator at `left`? A prefix takes its own kind along. */
static bool holds_left(const struct judged *j, size_t left, enum power power)
{
	enum power other = power_at(j, left);

	if (other == POWER_LAMBDA || other == POWER_PRIMARY)
		return false;
	if (is_word(j, left, "else"))
		return true;
	if (other == POWER_POWER)
		return power >= POWER_UNARY;
	return power > other || (power == other && (other == POWER_NOT || other == POWER_UNARY));
}

/* And in front of the one at `right`? Arithmetic groups from the left. */
static bool holds_right(const struct judged *j, size_t right, enum power power)
{
	enum power other = power_at(j, right);

	if (other == POWER_LAMBDA || other == POWER_PRIMARY)
		return false;
	return power > other || (power == other && other >= POWER_BIT_OR && other <= POWER_PRODUCT);
}

/* Would a tuple between these two need no parentheses? */
static bool takes_bare_tuple(const struct judged *j, size_t left, size_t right)
{
	static const char *const words[] = { "return", "yield", "with", NULL };

	if (left < j->span.to && is_op(j, left, '['))
		return is_trailer(j, left) && token_at(j, left)->pair == right;
	if (left < j->span.to && token_at(j, left)->depth)
		return false;
	if (left < j->span.to && is_word(j, left, "for"))
		return is_word(j, right, "in");
	if (left < j->span.to && !is_op(j, left, '=') && !is_op(j, left, OP_AUGMENT) && !is_one_of(j, left, words) &&
		!is_for_in(j, left))
		return false;
	return right == j->span.to || is_op(j, right, '=');
}

static bool is_redundant(const struct judged *j, size_t open)
{
	size_t close = token_at(j, open)->pair, left = before(j, open), right = behind(j, close);
	struct span inside = { open + 1, close };
	enum power power;

	if (left < j->span.to && ends_operand(j, left))
		return inside.from == inside.to && j->kind == HEADER_SCOPE && is_word(j, j->span.from, "class");
	if (left < j->span.to && is_word(j, left, "import"))
		return true;
	if (inside.from == inside.to)
		return false;
	if (is_generator(j, inside))
		return left < j->span.to && is_op(j, left, '(') && is_trailer(j, left) &&
		       token_at(j, left)->pair == right;
	if (span_has_comma(j->b->tokens, inside))
		return takes_bare_tuple(j, left, right);
	power = loosest(j, inside);
	if (power == POWER_PRIMARY)
		return true;
	return (opens_place(j, left) || holds_left(j, left, power)) &&
	       (closes_place(j, right) || holds_right(j, right, power));
}

/* A comma in front of a closing bracket or the end that is not what makes a tuple. */
static bool is_idle_comma(const struct judged *j, size_t comma)
{
	size_t next = comma + 1, open;

	if (next == j->span.to)
		return has_commas(j, right_side(j));
	if (!is_op(j, next, ')') && !is_op(j, next, ']') && !is_op(j, next, '}'))
		return false;
	open = token_at(j, next)->pair;
	if (open == next || is_op(j, open, '{'))
		return open != next;
	if (is_op(j, open, '[') ? !is_trailer(j, open) : is_trailer(j, open))
		return true;
	if (open > j->span.from && is_word(j, open - 1, "import"))
		return true;
	return has_commas(j, (struct span){ open + 1, next });
}

static void drop_span(bool *dropped, size_t from, size_t to)
{
	while (from < to)
		dropped[from++] = true;
}

/* Annotations of parameters, and of what is returned. */
static void drop_def_annotations(const struct judged *j)
{
	size_t i = j->span.from, open, close;

	while (i < j->span.to && !is_op(j, i, '('))
		i = token_skip(j->b->tokens, i);
	if (i == j->span.to)
		return;
	open = i;
	close = token_at(j, open)->pair;
	for (i = open + 1; i < close;) {
		size_t end = i;

		if (!is_op(j, i, ':')) {
			i = token_skip(j->b->tokens, i);
			continue;
		}
		while (end < close && !is_op(j, end, ',') && !is_op(j, end, '='))
			end = token_skip(j->b->tokens, end);
		drop_span(j->dropped, i, end);
		while (end < close && !is_op(j, end, ','))
			end = token_skip(j->b->tokens, end);
		i = end;
	}
	drop_span(j->dropped, close + 1, j->span.to);
}

void canon_drop(const struct bindings *b, struct span span, enum header kind, bool *dropped)
{
	struct judged j = { b, span, kind, dropped };

	if (kind == HEADER_SCOPE && !is_word(&j, span.from, "class"))
		drop_def_annotations(&j);
	for (size_t i = span.from; i < span.to; i++) {
		if (dropped[i])
			continue;
		if (is_op(&j, i, '(') && token_at(&j, i)->pair > i && is_redundant(&j, i))
			dropped[i] = dropped[token_at(&j, i)->pair] = true;
		else if (is_op(&j, i, ',') && is_idle_comma(&j, i))
			dropped[i] = true;
	}
}

void canon_drop_annotation(const struct bindings *b, struct span span, bool *dropped)
{
	struct judged j = { b, span, HEADER_NONE, dropped };
	size_t colon, equals = span.from;

	while (equals < span.to && !is_op(&j, equals, '=') && !is_word(&j, equals, "lambda"))
		equals = token_skip(b->tokens, equals);
	for (colon = span.from; colon < equals && !is_op(&j, colon, ':');)
		colon = token_skip(b->tokens, colon);
	if (colon >= equals)
		return;
	if (equals >= span.to || !is_op(&j, equals, '='))
		drop_span(dropped, span.from, span.to);
	else
		drop_span(dropped, colon, equals);
}
