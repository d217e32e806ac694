/*
 * The stand-alone driver of a fuzz harness: runs LLVMFuzzerTestOneInput() on each file named, or on each file of each
 * directory named, in byte order of the names. Any compiler builds it, so the corpus is an ordinary test.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "revident/base/strbuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct strbuf bytes = STRBUF_INIT;
	unsigned char *exact;
	char chunk[4096];
	size_t n;

	if (!file) {
		perror(path);
		return -1;
	}
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		strbuf_add(&bytes, chunk, n);
	if (ferror(file)) {
		perror(path);
		fclose(file);
		strbuf_release(&bytes);
		return -1;
	}
	fclose(file);
	exact = malloc(bytes.len ? bytes.len : 1); /* its end is the allocation's end, where a sanitizer watches */
	if (!exact)
		abort();
	memcpy(exact, bytes.buf, bytes.len);
	LLVMFuzzerTestOneInput(exact, bytes.len);
	free(exact);
	strbuf_release(&bytes);
	return 1;
}

static int run_directory(const char *path)
{
	struct dirent **names = NULL;
	struct strbuf file = STRBUF_INIT;
	int i, ran = 0, n = scandir(path, &names, NULL, alphasort);

	if (n < 0) {
		perror(path);
		return -1;
	}
	for (i = 0; i < n; i++) {
		if (ran >= 0 && names[i]->d_name[0] != '.') {
			strbuf_clear(&file);
			strbuf_addf(&file, "%s/%s", path, names[i]->d_name);
			ran = run_file(file.buf) < 0 ? -1 : ran + 1;
		}
		free(names[i]);
	}
	free(names);
	strbuf_release(&file);
	return ran;
}

int main(int argc, char **argv)
{
	int i, total = 0;

	for (i = 1; i < argc; i++) {
		struct stat st;
		int ran = stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode) ? run_directory(argv[i]) : run_file(argv[i]);

		if (ran < 0)
			return 1;
		total += ran;
	}
	printf("%s: %d inputs\n", argv[0], total);
	return total > 0 ? 0 : 1;
}
