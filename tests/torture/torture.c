/*
 * Fails the n-th allocation of our own code, for every n (see torture.h), and
 * counts what is not given back.  The linker puts these functions in the place
 * of the library's for all that is linked in, and for nothing else.
 *
 *   torture               all cases; the last line is "N passed, N failed"
 *   torture CASE          one of them
 *   torture CASE N        where its N-th allocation is made
 */
#include "torture.h"

#include <errno.h>
#include <execinfo.h>
#include <ftw.h>
#include <signal.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "config/config.h"

enum { LIVE_MAX = 1 << 16, TOLD_MAX = 5, FRAMES = 24, FOLLOWED = 16 };

char torture_dir[64];

static struct {
	const char *name; /* of the case */
	size_t at;        /* the allocation that fails; 0: none */
	size_t count;     /* so many were made */
	bool fired, show;
	const char *wrong; /* what was required and did not hold */
} now;

/* Addresses that were given out and not yet given back: a hash table, 0 is free, 1 was used. */
static uintptr_t live[LIVE_MAX];
static size_t nlive;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t size);
void __real_free(void *p);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t max);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t size);
void __wrap_free(void *p);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t max);

static size_t
slot_of(uintptr_t address)
{
	return (size_t)((address >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 48);
}

static void *
took(void *p)
{
	size_t slot = slot_of((uintptr_t)p);

	if (p == NULL)
		return NULL;
	while (live[slot] > 1)
		slot = (slot + 1) % LIVE_MAX;
	live[slot] = (uintptr_t)p;
	if (++nlive == LIVE_MAX / 2)
		abort();
	return p;
}

/* What a library gave us to free is in no list. */
static void
gave_back(const void *p)
{
	for (size_t slot = slot_of((uintptr_t)p); live[slot] != 0; slot = (slot + 1) % LIVE_MAX)
		if (live[slot] == (uintptr_t)p) {
			live[slot] = 1;
			nlive--;
			return;
		}
}

static bool
fails(void)
{
	void *frames[FRAMES];

	if (now.at == 0 || ++now.count != now.at)
		return false;
	now.fired = true;
	if (now.show)
		backtrace_symbols_fd(frames, backtrace(frames, FRAMES), STDERR_FILENO);
	errno = ENOMEM;
	return true;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : took(__real_malloc(size));
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : took(__real_calloc(count, size));
}

void *
__wrap_realloc(void *p, size_t size)
{
	if (fails())
		return NULL;
	if (p != NULL)
		gave_back(p);
	return took(__real_realloc(p, size));
}

void
__wrap_free(void *p)
{
	if (p != NULL)
		gave_back(p);
	__real_free(p);
}

char *
__wrap_strdup(const char *text)
{
	return fails() ? NULL : took(__real_strdup(text));
}

char *
__wrap_strndup(const char *text, size_t max)
{
	return fails() ? NULL : took(__real_strndup(text, max));
}

void
torture_require(bool holds, const char *what)
{
	if (!holds && now.wrong == NULL)
		now.wrong = what;
}

static void
arm(size_t at)
{
	now.at = at;
	now.count = 0;
	now.fired = false;
	now.wrong = NULL;
}

/* Runs the case with its at-th allocation failing (0: none).  NULL, or what is wrong. */
static const char *
run_once(const struct torture_case *c, size_t at, struct gw_error *err)
{
	enum gw_status status;
	size_t before = nlive;

	*err = (struct gw_error){.status = GW_OK};
	arm(at);
	status = c->run(err);
	now.at = 0;
	if (nlive != before)
		return "memory was not given back";
	if (status == GW_OK)
		return now.wrong;
	if (!now.fired)
		return "fails although it has all memory";
	if (status != err->status)
		return "the status is not that of the error";
	return status == GW_FATAL && strstr(err->text, "out of memory") != NULL
		       ? NULL
		       : "fails, but not for want of memory";
}

static size_t
tell(const struct torture_case *c, size_t at, const char *wrong, const struct gw_error *err)
{
	printf("FAILED  %s, allocation %zu: %s (%s: %s)\n", c->name, at, wrong,
	       gw_status_name(err->status), err->text);
	return 1;
}

static bool
run_case(const struct torture_case *c)
{
	struct gw_error err;
	size_t told = 0, at = 0;
	const char *wrong;

	now.name = c->name;
	(void)c->run(&err); /* what libraries set up once is set up now */
	do {
		at++;
		wrong = run_once(c, at, &err);
		if (wrong != NULL && told < TOLD_MAX)
			told += tell(c, at, wrong, &err);
		if (!now.fired)
			break;
		/* A run with all memory behind it: each time at first, then now and then. */
		wrong = at < FOLLOWED || at % FOLLOWED == 0 ? run_once(c, 0, &err) : NULL;
		if (wrong != NULL && told < TOLD_MAX)
			told += tell(c, at, wrong, &err);
	} while (told < TOLD_MAX);
	if (told == 0)
		printf("ok      %s (%zu allocations)\n", c->name, at - 1);
	return told == 0;
}

/* Where a case came to its end for good. */
static void
on_crash(int signal)
{
	char line[200];
	int len = snprintf(line, sizeof line, "FAILED  %s, allocation %zu: signal %d\n", now.name,
			   now.at, signal);

	(void)!write(STDOUT_FILENO, line, (size_t)len);
	(void)raise(signal); /* handled once: a sanitizer's report and a core are not lost */
}

static void
watch_crashes(void)
{
	const struct sigaction action = {.sa_handler = on_crash, .sa_flags = (int)SA_RESETHAND};

	(void)sigaction(SIGSEGV, &action, NULL);
	(void)sigaction(SIGABRT, &action, NULL);
}

static bool
put_file(const char *name, const char *text, size_t len)
{
	struct gw_error err;
	char path[200];

	(void)snprintf(path, sizeof path, "%s/%s", torture_dir, name);
	return gw_file_create(path, 0644, text, len, &err) == GW_OK;
}

static bool
copy_file(const char *from, const char *to)
{
	struct gw_buf text;
	struct gw_error err;
	bool copied;

	gw_buf_init(&text, 1 << 20);
	copied = gw_file_read(from, &text, &err) == GW_OK && put_file(to, text.data, text.len);
	gw_buf_release(&text);
	return copied;
}

/* Schemas with few codes: they are read once for each allocation. */
static bool
make_schemas(void)
{
	static const char units[] = "id,level\n1,commune\n2,commune\n";
	static const char codes[] = "map,code,unit_id,name,full_name\n"
				    "before-2025-07,15538,1,Thọ Diên,Xã Thọ Diên\n"
				    "after-2025-07,15538,2,Thọ Diên,Xã Thọ Diên\n";
	char path[100];

	(void)snprintf(path, sizeof path, "%s/schemas/codes", torture_dir);
	*strrchr(path, '/') = '\0';
	(void)mkdir(path, 0755);
	path[strlen(path)] = '/';
	(void)mkdir(path, 0755);
	(void)snprintf(path, sizeof path, "%s/schemas/health", torture_dir);
	(void)mkdir(path, 0755);
	return put_file("schemas/codes/unit.csv", units, sizeof units - 1) &&
	       put_file("schemas/codes/unit_code.csv", codes, sizeof codes - 1) &&
	       copy_file("schemas/codes/gender.csv", "schemas/codes/gender.csv") &&
	       copy_file("schemas/codes/health_update_kind.csv",
			 "schemas/codes/health_update_kind.csv") &&
	       copy_file("schemas/health/HealthRecord.avsc", "schemas/health/HealthRecord.avsc") &&
	       copy_file("schemas/health/HealthUpdate.avsc", "schemas/health/HealthUpdate.avsc");
}

static bool
make_folder(void)
{
	struct gw_buf report;
	struct gw_error err = {.text = ""};
	bool made;

	(void)snprintf(torture_dir, sizeof torture_dir, "%s", "/tmp/songma-torture-XXXXXX");
	gw_buf_init(&report, 1 << 20);
	(void)setenv("SONGMA_SHARE", "/nowhere", 1);
	made = mkdtemp(torture_dir) != NULL &&
	       gw_config_init(torture_dir, &report, &err) == GW_OK && make_schemas() &&
	       copy_file("tests/fuzz/corpus/source/health.yaml", "sources/fuzz.yaml");
	gw_buf_release(&report);
	if (!made)
		printf("FAILED  %s cannot be made: %s\n", torture_dir, err.text);
	return made;
}

static int
remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
	(void)info;
	(void)kind;
	(void)at;
	return remove(path);
}

bool
torture_remove(const char *dir)
{
	return nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0;
}

/* One case, or what its nth allocation does where the command line names one. */
static void
take_case(const struct torture_case *c, int64_t at, size_t *passed, size_t *failed)
{
	struct gw_error err;

	if (now.show)
		(void)run_once(c, (size_t)at, &err);
	else if (run_case(c))
		(*passed)++;
	else
		(*failed)++;
}

int
main(int argc, char **argv)
{
	static const struct torture_case *const lists[] = {
		torture_base, torture_config, torture_avro,  torture_normalise,
		torture_dlq,  torture_load,   torture_sheet,
	};
	size_t passed = 0, failed = 0;
	int64_t at = 0;

	now.show = argc > 2 && gw_parse_i64(argv[2], strlen(argv[2]), &at);
	watch_crashes();
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (sodium_init() < 0 || !make_folder())
		return 1;
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		for (const struct torture_case *c = lists[i]; c->name != NULL; c++)
			if (argc < 2 || strcmp(argv[1], c->name) == 0)
				take_case(c, at, &passed, &failed);
	if (!torture_remove(torture_dir))
		printf("%s is left\n", torture_dir);
	printf("%zu passed, %zu failed\n", passed, failed);
	return failed == 0 ? 0 : 1;
}
