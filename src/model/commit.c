#include "revident/model/commit.h"

#include <stdio.h>

enum { DAY = 24 * 60 * 60 };

struct calendar {
	int64_t year;
	int month, day, second; /* second of the day */
};

/* Days since 1970 to a date of the Gregorian calendar; years are counted from 1 March, in eras of 400. */
static struct calendar calendar_of(int64_t time)
{
	int64_t days = time / DAY - (time % DAY < 0), era, year;
	int day_of_era, year_of_era, day_of_year, month;
	struct calendar out;

	out.second = (int)(time - days * DAY);
	days += 719468; /* from 1 March of year 0 to 1 January 1970 */
	era = (days >= 0 ? days : days - 146096) / 146097;
	day_of_era = (int)(days - era * 146097);
	year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	month = (5 * day_of_year + 2) / 153;
	year = era * 400 + year_of_era;
	out.day = day_of_year - (153 * month + 2) / 5 + 1;
	out.month = month < 10 ? month + 3 : month - 9;
	out.year = year + (out.month <= 2);
	return out;
}

static int format_time(int64_t time, char *out)
{
	struct calendar c = calendar_of(time);

	return snprintf(out, SIGNATURE_TIME_MAX, "%04lld-%02d-%02dT%02d:%02d:%02d", (long long)c.year, c.month, c.day,
		c.second / 3600, c.second / 60 % 60, c.second % 60);
}

/* Could `time` move by a day without leaving 64 bits? Always, where it was read from a commit. */
static bool is_sane(int64_t time)
{
	return time > INT64_MIN / 2 && time < INT64_MAX - DAY;
}

char *signature_time(const struct signature *sig, char *out)
{
	int offset = sig->offset > -DAY / 60 && sig->offset < DAY / 60 ? sig->offset : 0;
	int minutes = offset < 0 ? -offset : offset, used;

	out[0] = '\0';
	if (!sig->has_time || !is_sane(sig->time))
		return out;
	used = format_time(sig->time + (int64_t)offset * 60, out);
	snprintf(out + used, (size_t)(SIGNATURE_TIME_MAX - used), "%c%02d:%02d", offset < 0 ? '-' : '+', minutes / 60,
		minutes % 60);
	return out;
}

char *signature_time_utc(const struct signature *sig, char *out)
{
	int used;

	out[0] = '\0';
	if (!sig->has_time || !is_sane(sig->time))
		return out;
	used = format_time(sig->time, out);
	snprintf(out + used, (size_t)(SIGNATURE_TIME_MAX - used), "Z");
	return out;
}
