#include "audit_formats.h"
#include "picture.h"

typedef void draw_fn(const struct chain *chain, const struct picture_options *options, struct strbuf *out);

/* One picture holds one chain. */
static int draw(const struct audit *audit, draw_fn *draw_chain, struct strbuf *out, struct err *err)
{
	static const struct casefile nothing_to_redact;
	const struct picture_options options = { .file = &nothing_to_redact, .title = "The chain as it is" };

	if (audit->environment_count == 0 && audit->limit_count)
		return err_set(err, ERR_UNDECIDED, "what could be read has no environment to draw");
	if (audit->environment_count != 1)
		return err_set(err, ERR_USAGE,
			audit->environment_count ? "a picture shows one environment; name it with --env"
						 : "there is no environment to draw");
	draw_chain(&audit->environments[0].chain, &options, out);
	return 0;
}

int audit_render_mermaid(
	const struct audit *audit, const struct render_options *options, struct strbuf *out, struct err *err)
{
	(void)options;
	return draw(audit, mermaid_add_chain, out, err);
}

int audit_render_svg(
	const struct audit *audit, const struct render_options *options, struct strbuf *out, struct err *err)
{
	(void)options;
	return draw(audit, svg_add_chain, out, err);
}
