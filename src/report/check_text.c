#include <string.h>

#include "check_formats.h"
#include "text.h"

enum { SENTENCES_SHOWN = 20 }; /* of one kind */

struct check_text {
	const struct check *check;
	struct strbuf *out;
	const struct styles *styles;
};

static void write_place(struct check_text *t, const struct finding *finding)
{
	struct paragraph p;

	if (!finding->path.ptr)
		return;
	paragraph_begin(&p, t->out, t->styles, 2, 4);
	paragraph_add_token(&p, STYLE_PLAIN, finding->path);
	if (finding->line)
		paragraph_addf(&p, ":%u", finding->line);
	paragraph_end(&p);
}

static bool announces_waiver(struct text line)
{
	static const char end[] = ", and why:";
	const size_t len = sizeof(end) - 1;

	return line.len >= len && memcmp(line.ptr + line.len - len, end, len) == 0;
}

/*
 * Prose is folded; commands, on lines that begin with a tab, and what is to be pasted, from a line that begins with `[`
 * on, stand as they are. What does not block needs no waiver.
 */
static void write_hint(struct check_text *t, struct text hint, bool with_waiver)
{
	const char *at = hint.ptr, *end = hint.ptr + hint.len, *eol;
	bool is_pasted = false, is_command;
	struct paragraph p;

	for (; at < end; at = eol + 1) {
		struct text line;

		eol = memchr(at, '\n', (size_t)(end - at));
		eol = eol ? eol : end;
		line = (struct text){ at, (size_t)(eol - at) };
		is_pasted = is_pasted || (line.len && *at == '[');
		is_command = !is_pasted && line.len && *at == '\t';
		if (!with_waiver && announces_waiver(line))
			return;
		if (is_pasted || is_command) {
			strbuf_addstr(t->out, "    ");
			strbuf_addstr(t->out, t->styles->on[STYLE_COMMAND]);
			strbuf_add(t->out, line.ptr + is_command, line.len - is_command);
			strbuf_addstr(t->out, t->styles->off);
			strbuf_addch(t->out, '\n');
			continue;
		}
		paragraph_begin(&p, t->out, t->styles, 2, 4);
		paragraph_addf(&p, "%.*s", (int)line.len, line.ptr);
		paragraph_end(&p);
	}
}

static void write_violation(struct check_text *t, const struct finding *finding)
{
	struct paragraph p;

	paragraph_begin(&p, t->out, t->styles, 0, 2);
	paragraph_add_styled(&p, style_of_level(finding->level), level_name(finding->level));
	paragraph_addf(&p, " %s: ", rule_get(finding->rule)->name);
	paragraph_addf(&p, "%s", finding->message.ptr);
	paragraph_end(&p);
	write_place(t, finding);
	if (finding->hint.ptr)
		write_hint(t, finding->hint, finding->level == LEVEL_ERROR);
	strbuf_addch(t->out, '\n');
}

static void write_waived(struct check_text *t, const struct waived *waived)
{
	struct paragraph p;

	paragraph_begin(&p, t->out, t->styles, 0, 2);
	paragraph_addf(&p, "%s by ", waived->by_prune ? "pruned" : "waived");
	paragraph_add_token(&p, STYLE_ID, waived->name);
	paragraph_add(&p, " (");
	paragraph_add_prose(&p, waived->reason, 1000);
	paragraph_addf(&p, "): %s: %s", rule_get(waived->finding.rule)->name, waived->finding.message.ptr);
	paragraph_end(&p);
	strbuf_addch(t->out, '\n');
}

static void write_sentences(
	struct check_text *t, const char *label, enum style style, const char *const *items, size_t count)
{
	struct paragraph p;
	size_t i;

	for (i = 0; i < count && i <= SENTENCES_SHOWN; i++) {
		paragraph_begin(&p, t->out, t->styles, 0, 2);
		paragraph_add_styled(&p, style, label);
		if (i < SENTENCES_SHOWN)
			paragraph_addf(&p, " %s", items[i]);
		else
			paragraph_addf(&p, " %zu more; --format json lists them", count - i);
		paragraph_end(&p);
	}
}

static void write_summary(struct check_text *t)
{
	const struct check *check = t->check;
	size_t counts[LEVEL_ERROR + 1];
	struct paragraph p;

	findings_count(check->violations, check->violation_count, counts);
	paragraph_begin(&p, t->out, t->styles, 0, 2);
	paragraph_add_styled(&p, check->result == CHECK_CLEAN || check->result == CHECK_WARNED ? STYLE_GOOD : STYLE_BAD,
		check_result_name(check->result));
	paragraph_add(&p, ": ");
	paragraph_add_levels(&p, counts);
	if (check->waived_count)
		paragraph_addf(&p, ", %zu waived", check->waived_count);
	if (check->protection.ptr) {
		paragraph_addf(&p, "; %s (", check->protection.ptr);
		if (check->ref_count)
			paragraph_add_list(&p, STYLE_PLAIN, check->refs, check->ref_count, 0, 3);
		else
			paragraph_add(&p, "no ref");
		paragraph_add(&p, "; ");
		paragraph_add_count(&p, check->tag_count, "tag");
		paragraph_add(&p, ")");
	}
	if (check->policy.ptr) {
		paragraph_add(&p, "; policy from ");
		paragraph_add_token(&p, STYLE_PLAIN, check->policy);
	}
	paragraph_end(&p);
}

int check_render_text(
	const struct check *check, const struct render_options *options, struct strbuf *out, struct err *err)
{
	struct check_text t = { check, out, styles_find(options->color) };
	size_t i;

	(void)err;
	if (!check->violation_count && !check->waived_count && !check->limit_count && !check->note_count)
		return 0;
	for (i = 0; i < check->violation_count; i++)
		if (check->violations[i].level > LEVEL_NOTE)
			write_violation(&t, &check->violations[i]);
	for (i = 0; i < check->waived_count; i++)
		write_waived(&t, &check->waived[i]);
	text_add_notes(t.out, t.styles, t.check->violations, t.check->violation_count, 0);
	write_sentences(&t, "note:", STYLE_PLAIN, check->notes, check->note_count);
	write_sentences(&t, "cannot be judged:", STYLE_WARN, check->limits, check->limit_count);
	write_summary(&t);
	return 0;
}
