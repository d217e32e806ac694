#include "survey_parts.h"

#include <string.h>

#include "revident/base/xalloc.h"
#include "revident/forensics/discover.h"
#include "revident/git/object.h"

bool survey_is_skipped_dir(struct text name)
{
	static const char *const skipped[] = { ".git", "__pycache__", "node_modules", "site-packages" };
	size_t i;

	for (i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
		if (text_equal(name, text_of(skipped[i])))
			return true;
	return false;
}

bool survey_is_versions_name(struct text name)
{
	return name.len >= 7 && memcmp(name.ptr, "version", 7) == 0;
}

bool survey_is_in_versions(struct text path)
{
	const char *end = path.ptr + path.len, *at = memchr(path.ptr, 'v', path.len);

	for (; at; at = memchr(at + 1, 'v', (size_t)(end - at - 1)))
		if ((at == path.ptr || at[-1] == '/') &&
			survey_is_versions_name((struct text){ at, (size_t)(end - at) }) &&
			memchr(at, '/', (size_t)(end - at)))
			return true;
	return false;
}

/* More directories than are searched: what is not looked for there is said. */
static bool is_too_deep(struct text path)
{
	unsigned depth = 0;
	size_t i;

	for (i = 0; i < path.len && path.len > SURVEY_DEPTH_MAX; i++)
		depth += path.ptr[i] == '/';
	return depth >= SURVEY_DEPTH_MAX;
}

static bool is_script_name(struct text path)
{
	struct text name = text_base_name(path);

	return text_equal(name, TEXT_LITERAL("env.py")) ||
	       (survey_is_in_versions(path) && migration_file_name(name.ptr, name.len));
}

static bool is_config_name(struct text path)
{
	struct text name = text_base_name(path);
	enum config_format format;

	return config_file_name(name.ptr, name.len, &format);
}

/*
 * An index has hundreds of thousands of paths: their last byte tells nearly all apart. A name may end with a newline.
 */
static bool name_matters(struct text path)
{
	switch (path.len ? path.ptr[path.len - 1] : '\0') {
	case 'y':
	case '\n':
		return is_script_name(path);
	case 'i':
	case 'g':
	case 'l':
		return is_config_name(path);
	default:
		return false;
	}
}

bool survey_path_matters(struct text path)
{
	return name_matters(path) || is_too_deep(path);
}

bool survey_is_alembic_config(struct text name)
{
	enum config_format format;

	return config_file_name(name.ptr, name.len, &format) &&
	       (format == CONFIG_TOML || memmem(name.ptr, name.len, "alembic", 7));
}

/* The bytes of a configuration or env.py; one that cannot be read is a limit and counts as empty. Was it read? */
static bool read_leniently(
	struct study *study, struct source *source, const struct source_entry *entry, struct strbuf *out)
{
	struct err why = { 0 };
	int found = source_read(source, entry, CONFIG_BYTES_MAX, out, &why);

	if (found == 0)
		object_add_limit(study->repo, "blob", &entry->id, NULL);
	else if (found < 0)
		repo_add_limit(study->repo, "%s", why.msg);
	return found == 1;
}

/* Reads what the memo does not know yet. */
static void learn_config(struct survey_memo *memo, struct source *source, const struct source_entry *entry,
	enum config_format format, size_t number)
{
	struct strbuf bytes = STRBUF_INIT;
	struct config_file file = { 0 };

	VEC_GROW(memo->files, number, memo->file_cap);
	VEC_GROW(memo->is_unread, number, memo->unread_cap);
	memo->files[number] = NULL;
	memo->is_unread[number] = !read_leniently(memo->study, source, entry, &bytes);
	if (memmem(bytes.buf, bytes.len, "alembic", 7) || memmem(bytes.buf, bytes.len, "script_location", 15))
		config_parse(bytes.buf, bytes.len, format, &memo->study->arena, &file);
	if (file.section_count) {
		memo->files[number] = arena_alloc(&memo->study->arena, sizeof(file));
		*memo->files[number] = file;
	}
	strbuf_release(&bytes);
}

int survey_read_config(struct survey_memo *memo, struct source *source, const struct source_entry *entry,
	enum config_format format, const struct config_file **out)
{
	size_t before = memo->configs.count;
	uint32_t number = intern_add(&memo->configs, entry->id.bytes, OID_BYTES);

	if (number == before)
		learn_config(memo, source, entry, format, number);
	*out = memo->files[number];
	return memo->is_unread[number] ? -1 : *out != NULL;
}

bool survey_is_alembic_env(struct survey_memo *memo, struct source *source, const struct source_entry *entry)
{
	size_t before = memo->env_files.count;
	uint32_t number = intern_add(&memo->env_files, entry->id.bytes, OID_BYTES);
	struct strbuf bytes = STRBUF_INIT;

	if (number < before)
		return memo->env_is_alembic[number];
	read_leniently(memo->study, source, entry, &bytes);
	VEC_GROW(memo->env_is_alembic, before, memo->env_cap);
	memo->env_is_alembic[number] = memmem(bytes.buf, bytes.len, "alembic", 7) != NULL;
	strbuf_release(&bytes);
	return memo->env_is_alembic[number];
}

bool survey_is_file_called(const struct source_entry *entry, const char *name)
{
	return entry->kind == SOURCE_FILE && text_equal(entry->name, text_of(name));
}

int survey_is_migration(struct study *study, const struct source_entry *entry, struct err *err)
{
	const struct blob *blob;
	uint32_t number;

	if (entry->kind != SOURCE_FILE || !migration_file_name(entry->name.ptr, entry->name.len))
		return 0;
	if (entry->bytes.ptr) {
		number = study_add_bytes(study, entry->bytes.ptr, entry->bytes.len, err);
		if (number == INTERN_NONE)
			return -1;
	} else {
		number = study_blob_number(study, &entry->id);
	}
	blob = study_blob(study, number, err);
	if (!blob)
		return -1;
	return blob->revision != INTERN_NONE;
}
