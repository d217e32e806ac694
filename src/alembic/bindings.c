#include "bindings.h"

#include <string.h>

enum attribute attribute_named(const char *name, size_t len)
{
	if (len == 8 && memcmp(name, "revision", 8) == 0)
		return ATTRIBUTE_REVISION;
	if (len == 13 && memcmp(name, "down_revision", 13) == 0)
		return ATTRIBUTE_DOWN_REVISION;
	if (len == 13 && memcmp(name, "branch_labels", 13) == 0)
		return ATTRIBUTE_BRANCH_LABELS;
	if (len == 10 && memcmp(name, "depends_on", 10) == 0)
		return ATTRIBUTE_DEPENDS_ON;
	return ATTRIBUTES;
}

static const struct token *token_at(const struct bindings *b, size_t i)
{
	return &b->tokens[i];
}

static bool is_op(const struct bindings *b, size_t i, uint8_t op)
{
	return b->tokens[i].kind == TOKEN_OP && b->tokens[i].op == op;
}

static bool is_word(const struct bindings *b, size_t i, const char *word)
{
	return token_is(b->source, &b->tokens[i], word);
}

static enum attribute attribute_at(const struct bindings *b, size_t i)
{
	const struct token *token = token_at(b, i);

	return token->kind == TOKEN_NAME ? attribute_named(b->source + token->at, token->len) : ATTRIBUTES;
}

static void bind(struct bindings *b, size_t name, enum binding_kind kind, struct span value, bool conditional)
{
	enum attribute attribute = attribute_at(b, name);

	if (attribute == ATTRIBUTES)
		return;
	if (b->in_doubt) {
		kind = BINDING_DYNAMIC;
		value = (struct span){ 0, 0 };
	}
	b->bound[attribute] = (struct bound){ kind, value, token_at(b, name)->line, conditional };
}

static void bind_dynamic(struct bindings *b, size_t name, bool conditional)
{
	bind(b, name, BINDING_DYNAMIC, (struct span){ 0, 0 }, conditional);
}

/* `del`: the module has the name no more, unless the statement may not have run. */
static void unbind(struct bindings *b, size_t name, bool conditional)
{
	enum attribute attribute = attribute_at(b, name);

	if (conditional)
		bind_dynamic(b, name, conditional);
	else if (attribute != ATTRIBUTES)
		b->bound[attribute] = (struct bound){ .kind = BINDING_ABSENT };
}

/* Does a primary end before item `i`, so that a bracket there is a call or a subscript? */
static bool follows_operand(const struct bindings *b, size_t i, size_t from)
{
	const struct token *before;

	if (i == from)
		return false;
	before = token_at(b, i - 1);
	if (before->kind == TOKEN_OP)
		return before->op == ')' || before->op == ']' || before->op == '}';
	return before->kind != TOKEN_NAME || !token_is_keyword(b->source + before->at, before->len);
}

/* The next name that `target` binds, at *i or behind it, moving *i past it. */
static bool next_target_name(const struct bindings *b, struct span target, size_t *i, size_t *name)
{
	while (*i < target.to) {
		size_t at = (*i)++;

		if (token_at(b, at)->kind == TOKEN_OP && (is_op(b, at, '(') || is_op(b, at, '['))) {
			if (follows_operand(b, at, target.from))
				*i = token_skip(b->tokens, at);
			continue;
		}
		if (attribute_at(b, at) == ATTRIBUTES || (at > target.from && is_op(b, at - 1, '.')))
			continue;
		if (at + 1 < target.to && (is_op(b, at + 1, '.') || is_op(b, at + 1, '(') || is_op(b, at + 1, '[')))
			continue;
		*name = at;
		return true;
	}
	return false;
}

void bindings_take_target(struct bindings *b, struct span target, bool conditional)
{
	size_t i = target.from, name;

	while (next_target_name(b, target, &i, &name))
		bind_dynamic(b, name, conditional);
}

/* Which of the names `target` binds, one bit each. */
static unsigned target_names(const struct bindings *b, struct span target)
{
	size_t i = target.from, name;
	unsigned names = 0;

	while (next_target_name(b, target, &i, &name))
		names |= 1U << attribute_at(b, name);
	return names;
}

/* Do both displays hold equally many elements, none of them starred? */
static bool elements_pair(const struct bindings *b, struct span left, struct span right)
{
	struct span one, other;

	for (;;) {
		bool has_one = span_next(b->tokens, &left, &one), has_other = span_next(b->tokens, &right, &other);

		if (has_one != has_other)
			return false;
		if (!has_one)
			return true;
		if (one.from == one.to || other.from == other.to || is_op(b, one.from, '*') ||
			is_op(b, other.from, '*'))
			return false;
	}
}

/* Binds the names in `wanted` that stand in `target`; depth is bounded by TOKEN_DEPTH_MAX. */
static void assign(struct bindings *b, struct span target, struct span value, unsigned wanted, bool conditional)
{
	struct span left, right, one, other;
	enum display shape;
	size_t i, name;

	target = span_unwrap(b->tokens, target);
	value = span_unwrap(b->tokens, value);
	if (target.to - target.from == 1) {
		enum attribute attribute = attribute_at(b, target.from);

		if (attribute != ATTRIBUTES && (wanted & 1U << attribute))
			bind(b, target.from, BINDING_LITERAL, value, conditional);
		return;
	}
	if (span_display(b->tokens, target, &left) != DISPLAY_NONE) {
		shape = span_display(b->tokens, value, &right);
		if ((shape == DISPLAY_TUPLE || shape == DISPLAY_LIST) && elements_pair(b, left, right)) {
			while (span_next(b->tokens, &left, &one) && span_next(b->tokens, &right, &other))
				assign(b, one, other, wanted, conditional);
			return;
		}
	}
	for (i = target.from; next_target_name(b, target, &i, &name);)
		if (wanted & 1U << attribute_at(b, name))
			bind_dynamic(b, name, conditional);
}

/* Where the lambda at item `i` ends: its body goes up to a comma or the end of the brackets around it. */
static size_t skip_lambda(const struct bindings *b, size_t i, size_t to)
{
	uint8_t depth = token_at(b, i)->depth;
	bool in_body = false;

	for (; i < to && token_at(b, i)->depth >= depth; i = token_skip(b->tokens, i)) {
		if (token_at(b, i)->depth > depth)
			continue;
		if (is_op(b, i, ')') || is_op(b, i, ']') || is_op(b, i, '}'))
			break;
		if (is_op(b, i, ':'))
			in_body = true;
		else if (in_body && is_op(b, i, ','))
			break;
	}
	return i;
}

static bool ends_named_expression(const struct bindings *b, size_t i)
{
	return is_op(b, i, ',') || is_op(b, i, ')') || is_op(b, i, ']') || is_op(b, i, '}') || is_op(b, i, ':') ||
	       is_op(b, i, OP_WALRUS) || is_word(b, i, "for") || is_word(b, i, "async");
}

void bindings_take_walruses(struct bindings *b, struct span span, bool conditional)
{
	size_t i = span.from, end;

	while (i < span.to) {
		if (is_word(b, i, "lambda")) {
			i = skip_lambda(b, i, span.to);
			continue;
		}
		if (is_op(b, i, OP_WALRUS) && i > span.from && attribute_at(b, i - 1) != ATTRIBUTES) {
			end = i + 1;
			while (end < span.to && !ends_named_expression(b, end))
				end = token_skip(b->tokens, end);
			bind(b, i - 1, BINDING_LITERAL, span_unwrap(b->tokens, (struct span){ i + 1, end }),
				conditional);
		}
		i++;
	}
}

/* The first item outside brackets that is operator `op`; span.to if there is none. */
static size_t find_op(const struct bindings *b, struct span span, uint8_t op)
{
	size_t i = span.from;

	while (i < span.to && !is_op(b, i, op))
		i = is_word(b, i, "lambda") ? skip_lambda(b, i, span.to) : token_skip(b->tokens, i);
	return i < span.to ? i : span.to;
}

/* `a = b = value`, with the targets from the right: of several for one name the last counts. */
static void take_chain(struct bindings *b, struct span span, size_t first_equals, bool conditional)
{
	size_t last = first_equals, next, i, end;
	unsigned done = 0, names;
	struct span value;

	while ((next = find_op(b, (struct span){ last + 1, span.to }, '=')) < span.to)
		last = next;
	value = (struct span){ last + 1, span.to };
	for (end = last;; end = i - 1) {
		struct span target;

		for (i = end; i > span.from && !(token_at(b, i - 1)->depth == 0 && is_op(b, i - 1, '='));)
			i--;
		target = (struct span){ i, end };
		names = target_names(b, target) & ~done;
		if (names)
			assign(b, target, value, names, conditional);
		done |= names;
		if (i == span.from)
			break;
	}
}

static void take_expression(struct bindings *b, struct span span, bool conditional)
{
	size_t colon = find_op(b, span, ':'), equals = find_op(b, span, '='), i;

	bindings_take_walruses(b, span, conditional);
	if (colon < equals) {
		if (equals < span.to && target_names(b, (struct span){ span.from, colon }))
			assign(b, (struct span){ span.from, colon }, (struct span){ equals + 1, span.to }, ~0U,
				conditional);
		return;
	}
	if (equals < span.to) {
		take_chain(b, span, equals, conditional);
		return;
	}
	i = find_op(b, span, OP_AUGMENT);
	if (i < span.to)
		bindings_take_target(b, (struct span){ span.from, i }, conditional);
}

/* `import a.b, c as d`: binds the first part of a dotted name, or what stands behind `as`. */
static void take_import(struct bindings *b, struct span span, bool conditional)
{
	struct span inside = { span.from + 1, span.to }, item;

	while (span_next(b->tokens, &inside, &item)) {
		if (item.from == item.to)
			continue;
		if (item.to - item.from >= 3 && is_word(b, item.to - 2, "as"))
			bind_dynamic(b, item.to - 1, conditional);
		else
			bind_dynamic(b, item.from, conditional);
	}
}

/* `from m import a, b as c`, perhaps in parentheses. What `*` brings is not known, and binds nothing here. */
static void take_from(struct bindings *b, struct span span, bool conditional)
{
	struct span inside, item;
	size_t i = span.from;

	while (i < span.to && !is_word(b, i, "import"))
		i++;
	if (i + 1 >= span.to)
		return;
	inside = (struct span){ i + 1, span.to };
	if (is_op(b, inside.from, '(') && token_at(b, inside.from)->pair == span.to - 1)
		inside = (struct span){ inside.from + 1, span.to - 1 };
	while (span_next(b->tokens, &inside, &item))
		if (item.from < item.to)
			bind_dynamic(b, item.to - 1, conditional);
}

void bindings_read_simple(struct bindings *b, struct span span, bool conditional)
{
	size_t i = span.from, name;

	if (span.from >= span.to)
		return;
	if (is_word(b, span.from, "import")) {
		take_import(b, span, conditional);
	} else if (is_word(b, span.from, "from")) {
		take_from(b, span, conditional);
	} else if (is_word(b, span.from, "del")) {
		i++;
		while (next_target_name(b, (struct span){ span.from + 1, span.to }, &i, &name))
			unbind(b, name, conditional);
	} else if (is_word(b, span.from, "type") && span.to - span.from > 3 &&
		   token_at(b, span.from + 1)->kind == TOKEN_NAME) {
		bind_dynamic(b, span.from + 1, conditional);
	} else if (token_at(b, span.from)->kind == TOKEN_NAME &&
		   token_is_keyword(b->source + token_at(b, span.from)->at, token_at(b, span.from)->len)) {
		bindings_take_walruses(b, span, conditional);
	} else {
		take_expression(b, span, conditional);
	}
}
