/*
 * Makes the five databases of the demo as COPY text: the same for the same
 * seed and day, whatever is asked for.  Memory does not grow with the people.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "one-stop.h"
#include "rows.h"

enum { BUFFER = 1 << 18 };

struct table {
	const char *database, *name;
};

static const struct table tables[DEMO_TABLES] = {
	[CONG_DAN] = {"dan_cu", "cong_dan"},
	[KHAI_SINH] = {"tu_phap", "khai_sinh"},
	[KHAI_TU] = {"tu_phap", "khai_tu"},
	[KET_HON] = {"tu_phap", "ket_hon"},
	[HO_SO_SUC_KHOE] = {"suc_khoe", "ho_so_suc_khoe"},
	[LAN_CAP_NHAT] = {"suc_khoe", "lan_cap_nhat"},
	[DOI_TUONG] = {"lao_dong", "doi_tuong"},
	[CHI_TRA] = {"lao_dong", "chi_tra"},
	[THE_BHYT] = {"lao_dong", "the_bhyt"},
	[HO_SO] = {"mot_cua", "ho_so"},
	[HO_SO_SU_KIEN] = {"mot_cua", "su_kien"},
};

struct options {
	uint64_t people, seed;
	int64_t as_of;
	const char *out, *table, *data;
	bool planted;
};

static const char usage[] =
	"usage: songma-demo-people (--out DIR | --table NAME | --planted) [option...]\n"
	"\n"
	"  --out DIR      write every table as DIR/DATABASE.TABLE.copy, and DIR/planted.tsv\n"
	"  --table NAME   write one table to standard output: cong_dan khai_sinh khai_tu ket_hon\n"
	"                 ho_so_suc_khoe lan_cap_nhat doi_tuong chi_tra the_bhyt ho_so su_kien\n"
	"  --planted      write planted.tsv (what is wrong on purpose, and how many) to standard "
	"output\n"
	"  --people N     200 to 5000000; default 50000\n"
	"  --seed S       default 38; the same seed, people and day give the same bytes\n"
	"  --as-of DATE   the day that the data is asked about; everything is before it;\n"
	"                 default 2026-10-31, from 2025-12-31 on\n"
	"  --data DIR     the lists; default deploy/demo/data\n";

static bool
parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	char *end;
	unsigned long long number;

	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || number < min ||
	    number > max)
		return false;
	*out = number;
	return true;
}

static bool
parse_as_of(const char *text, int64_t *out)
{
	return demo_date_parse(text, out) && *out >= demo_days((struct demo_date){2025, 12, 31}) &&
	       *out <= demo_days((struct demo_date){2099, 12, 31});
}

static bool
take_option(struct options *options, int letter)
{
	switch (letter) {
	case 'n':
		return parse_number(optarg, DEMO_PEOPLE_MIN, DEMO_PEOPLE_MAX, &options->people);
	case 's':
		return parse_number(optarg, 0, UINT64_MAX, &options->seed);
	case 'a':
		return parse_as_of(optarg, &options->as_of);
	case 'o':
		options->out = optarg;
		return true;
	case 't':
		options->table = optarg;
		return true;
	case 'd':
		options->data = optarg;
		return true;
	case 'p':
		options->planted = true;
		return true;
	default:
		return false;
	}
}

static bool
parse_options(int argc, char **argv, struct options *out)
{
	static const struct option names[] = {
		{"people", required_argument, NULL, 'n'}, {"seed", required_argument, NULL, 's'},
		{"as-of", required_argument, NULL, 'a'},  {"out", required_argument, NULL, 'o'},
		{"table", required_argument, NULL, 't'},  {"data", required_argument, NULL, 'd'},
		{"planted", no_argument, NULL, 'p'},      {NULL, 0, NULL, 0},
	};
	int letter, index = 0;

	*out = (struct options){.people = 50000,
				.seed = 38,
				.as_of = demo_days((struct demo_date){2026, 10, 31}),
				.data = "deploy/demo/data"};
	while ((letter = getopt_long(argc, argv, "", names, &index)) != -1) {
		if (letter == '?')
			return false;
		if (!take_option(out, letter)) {
			(void)fprintf(stderr, "songma-demo-people: --%s can't be %s\n",
				      names[index].name, optarg);
			return false;
		}
	}
	return optind == argc && (out->out != NULL) + (out->table != NULL) + (int)out->planted == 1;
}

static bool
open_out(struct demo_out *out, const char *dir, const struct table *table)
{
	char path[4096];

	(void)snprintf(path, sizeof path, "%s/%s.%s.copy", dir, table->database, table->name);
	out->file = fopen(path, "wb");
	if (out->file == NULL) {
		(void)fprintf(stderr, "songma-demo-people: %s can't be written: %s\n", path,
			      strerror(errno));
		return false;
	}
	(void)setvbuf(out->file, NULL, _IOFBF, BUFFER);
	return true;
}

static bool
open_tables(const struct options *options, struct demo_tables *out)
{
	bool found = options->table == NULL;

	if (options->out != NULL && mkdir(options->out, 0755) != 0 && errno != EEXIST) {
		(void)fprintf(stderr, "songma-demo-people: %s can't be made: %s\n", options->out,
			      strerror(errno));
		return false;
	}
	for (size_t i = 0; i < DEMO_TABLES; i++) {
		if (options->out != NULL && !open_out(&out->out[i], options->out, &tables[i]))
			return false;
		if (options->table == NULL || strcmp(options->table, tables[i].name) != 0)
			continue;
		out->out[i].file = stdout;
		(void)setvbuf(stdout, NULL, _IOFBF, BUFFER);
		found = true;
	}
	if (!found)
		(void)fprintf(stderr, "songma-demo-people: there is no table %s\n", options->table);
	return found;
}

/* True when the rows of these tables are wanted, or counted. */
static bool
wanted(const struct options *options, const struct demo_tables *to, enum demo_table from,
       enum demo_table last)
{
	for (unsigned i = from; i <= (unsigned)last; i++)
		if (to->out[i].file != NULL)
			return true;
	return options->planted;
}

/* The databases that rows are wanted of. */
struct asked {
	bool population, justice, health, labour, one_stop;
};

/* next is the person after this one, or NULL after the last. */
static void
write_person(const struct asked *asked, struct demo_world *world, const struct demo_person *person,
	     const struct demo_person *next, struct demo_tables *to)
{
	if (asked->population)
		demo_register_rows(world, person, to);
	if (asked->justice)
		demo_justice_rows(world, person, next, to);
	if (asked->health)
		demo_health_rows(world, person, to);
	if (asked->labour)
		demo_labour_rows(world, person, to);
	if (asked->one_stop)
		demo_one_stop_rows(world, person, to);
}

static void
write_rows(const struct options *options, struct demo_world *world, struct demo_tables *to)
{
	const struct asked asked = {
		.population = wanted(options, to, CONG_DAN, CONG_DAN),
		.justice = wanted(options, to, KHAI_SINH, KET_HON),
		.health = wanted(options, to, HO_SO_SUC_KHOE, LAN_CAP_NHAT),
		.labour = wanted(options, to, DOI_TUONG, THE_BHYT),
		.one_stop = wanted(options, to, HO_SO, HO_SO_SU_KIEN),
	};
	struct demo_person person, next;

	demo_person_make(world, 0, &next);
	for (uint64_t i = 0; i < world->people; i++) {
		bool last = i + 1 == world->people;

		person = next;
		if (!last)
			demo_person_make(world, i + 1, &next);
		write_person(&asked, world, &person, last ? NULL : &next, to);
	}
	if (asked.justice)
		demo_justice_strangers(world, to);
	if (asked.health)
		demo_health_strangers(world, to);
	if (asked.one_stop)
		demo_one_stop_planted(world, to);
}

static bool
write_planted(const struct options *options, const struct demo_world *world)
{
	struct demo_out out = {.file = stdout};
	char path[4096] = "standard output";

	if (options->table != NULL)
		return true;
	if (!demo_dirt_holds(&world->dirt))
		return false;
	if (options->out != NULL) {
		(void)snprintf(path, sizeof path, "%s/planted.tsv", options->out);
		out.file = fopen(path, "wb");
	}
	if (out.file == NULL) {
		(void)fprintf(stderr, "songma-demo-people: %s can't be written: %s\n", path,
			      strerror(errno));
		return false;
	}
	demo_dirt_print(&world->dirt, out.file);
	return demo_out_close(&out, path);
}

int
main(int argc, char **argv)
{
	struct options options;
	struct demo_world world = {.seed = 0};
	struct demo_tables to = {0};
	bool good;

	if (!parse_options(argc, argv, &options)) {
		(void)fputs(usage, stderr);
		return 2;
	}
	good = demo_world_init(&world, options.seed, options.people, options.as_of, options.data) &&
	       open_tables(&options, &to);
	if (good)
		write_rows(&options, &world, &to);
	for (size_t i = 0; i < DEMO_TABLES; i++)
		if (!demo_out_close(&to.out[i], tables[i].name))
			good = false;
	if (good)
		good = write_planted(&options, &world);
	demo_world_free(&world);
	return good ? 0 : 1;
}
