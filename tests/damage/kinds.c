#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "damage.h"

enum {
	WHOLE_MAX = 100,  /* a file up to this length is damaged at every byte, where that is wanted */
	EDGE = 12,        /* so many bytes at either end are all damaged */
	SPREAD = 36,      /* and so many in between */
	FEW = 4,          /* of the files that there are many of */
	BURST = 9,        /* several bytes in a row */
	PLAIN_KINDS = 15, /* the rows of plain_damage() */
};

static unsigned mix(unsigned seed)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	return seed ^ seed << 5;
}

static unsigned seed_of(const struct victim *victim)
{
	const char *at = victim->relative;
	unsigned seed = 2166136261U;

	for (; *at; at++)
		seed = (seed ^ (unsigned char)*at) * 16777619U;
	return seed | 1;
}

static void take_content(struct damage *damage, const char *name, const char *bytes, size_t len)
{
	damage->kind = DAMAGE_CONTENT;
	snprintf(damage->name, sizeof(damage->name), "%s", name);
	strbuf_clear(&damage->content);
	strbuf_add(&damage->content, bytes, len);
}

static void take_kind(struct damage *damage, const char *name, enum damage_kind kind, const char *target)
{
	damage->kind = kind;
	damage->target = target;
	snprintf(damage->name, sizeof(damage->name), "%s", name);
}

static void take_zeros(struct damage *damage, const struct victim *victim, size_t at, size_t len)
{
	take_content(damage, "zeroed", victim->content, victim->len);
	for (; len && at < victim->len; at++, len--)
		damage->content.buf[at] = '\0';
}

/* The damages that do not depend on a place. Returns false where one makes no sense for this file. */
static bool plain_damage(struct damage *damage, const struct victim *victim, const struct victim *other, unsigned row)
{
	const char *bytes = victim->content;
	size_t len = victim->len;

	switch (row) {
	case 0:
		take_content(damage, "emptied", bytes, 0);
		return len > 0;
	case 1:
		take_content(damage, "cut by one byte", bytes, len - (len > 0));
		return len > 0;
	case 2:
		take_content(damage, "cut in half", bytes, len / 2);
		return len > 1;
	case 3:
		take_content(damage, "one byte left", bytes, 1);
		return len > 1;
	case 4:
		take_zeros(damage, victim, 0, len);
		return len > 0;
	case 5:
		take_zeros(damage, victim, len / 2, 16);
		return len > 32;
	case 6:
		take_content(damage, "longer", bytes, len);
		strbuf_add(&damage->content, "\0more", 5);
		return true;
	case 7:
		take_content(damage, "doubled", bytes, len);
		strbuf_add(&damage->content, bytes, len);
		return len > 0;
	case 8:
		if (other)
			take_content(damage, "another's content", other->content, other->len);
		return other != NULL;
	case 9:
		take_kind(damage, "gone", DAMAGE_GONE, NULL);
		return true;
	case 10:
		take_kind(damage, "a directory", DAMAGE_DIRECTORY, NULL);
		return true;
	case 11:
		take_kind(damage, "a named pipe", DAMAGE_FIFO, NULL);
		return true;
	case 12:
		take_kind(damage, "a link to nowhere", DAMAGE_LINK, "nowhere/at/all");
		return true;
	case 13:
		take_kind(damage, "a link to an endless device", DAMAGE_LINK, "/dev/zero");
		return true;
	default:
		take_kind(damage, "a link to itself", DAMAGE_LINK, strrchr(victim->path, '/') + 1);
		return true;
	}
}

/* The place that the n-th damage of a byte is at; false behind the last. */
static bool place_of(const struct victim *victim, bool thorough, unsigned n, size_t *place)
{
	size_t len = victim->len;

	if (len == 0)
		return false;
	if (!thorough) {
		*place = ((size_t)seed_of(victim) % 97 + n * (len / FEW + 1)) % len;
		return n < FEW;
	}
	if (len <= WHOLE_MAX) {
		*place = n;
		return n < len;
	}
	if (n < EDGE)
		*place = n;
	else if (n < EDGE + SPREAD)
		*place = EDGE + (n - EDGE) * (len - 2 * (size_t)EDGE) / SPREAD + seed_of(victim) % 7;
	else
		*place = len - EDGE + (n - EDGE - SPREAD);
	return n < 2 * EDGE + SPREAD;
}

/* One bit, or in every fourth place several bytes. */
static void damage_place(struct damage *damage, const struct victim *victim, unsigned n, size_t place)
{
	unsigned seed = mix(seed_of(victim) + n * 2654435761U), i;

	take_content(damage, "", victim->content, victim->len);
	if (n % 4 != 3) {
		damage->content.buf[place] ^= (char)(1U << seed % 8);
		snprintf(damage->name, sizeof(damage->name), "bit %u flipped at %zu", seed % 8, place);
		return;
	}
	for (i = 0; i < BURST && place + i < victim->len; i++)
		damage->content.buf[place + i] = (char)((seed = mix(seed)) >> 8);
	snprintf(damage->name, sizeof(damage->name), "%u bytes overwritten at %zu", i, place);
}

bool damage_next(
	struct damage *damage, const struct victim *victim, const struct victim *other, bool thorough, unsigned *state)
{
	size_t place;

	while (*state < PLAIN_KINDS)
		if (plain_damage(damage, victim, other, (*state)++))
			return true;
	if ((*state)++ == PLAIN_KINDS && geteuid() != 0) {
		take_kind(damage, "unreadable", DAMAGE_UNREADABLE, NULL);
		return true;
	}
	if (!place_of(victim, thorough, *state - PLAIN_KINDS - 1, &place))
		return false;
	damage_place(damage, victim, *state - PLAIN_KINDS - 1, place);
	return true;
}

static int write_file(const char *path, const char *bytes, size_t len, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = len ? write(fd, bytes, len) : 0;
	return close(fd) == 0 && n == (ssize_t)len ? 0 : -1;
}

int damage_do(const struct damage *damage, const struct victim *victim)
{
	if (damage->kind == DAMAGE_UNREADABLE)
		return chmod(victim->path, 0);
	if (unlink(victim->path) < 0)
		return -1;
	switch (damage->kind) {
	case DAMAGE_CONTENT:
		return write_file(victim->path, damage->content.buf, damage->content.len, victim->mode);
	case DAMAGE_DIRECTORY:
		return mkdir(victim->path, 0755);
	case DAMAGE_FIFO:
		return mkfifo(victim->path, 0644);
	case DAMAGE_LINK:
		return symlink(damage->target, victim->path);
	default:
		return 0;
	}
}

void damage_undo(const struct victim *victim)
{
	if (unlink(victim->path) < 0 && (errno == EISDIR || errno == EPERM))
		rmdir(victim->path);
	if (write_file(victim->path, victim->content, victim->len, victim->mode) < 0) {
		perror(victim->path);
		exit(2);
	}
}
