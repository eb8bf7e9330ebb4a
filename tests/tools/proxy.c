/*
 * Stands between a client and a server on this machine and spoils what goes
 * through.
 *
 *   proxy CONTROL PORT TARGET-PORT
 *
 * CONTROL is a fifo, made here; each line written to it is a command:
 *   pass        as if nothing stood between (to begin with)
 *   delay MS    whatever comes goes on so much later
 *   stall       nothing goes on, nobody is turned away
 *   refuse      whoever comes is turned away; what runs goes on
 *   cut BYTES   after so many bytes every connection ends; then pass
 *   reset       every connection ends with RST; then pass
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX_PAIRS = 200, ROOM = 32 * 1024, FIRST = 2 /* control and listener */ };

enum mode { PASS, DELAY, STALL, REFUSE, CUT };

/* What one end has sent and the other one has not got yet. */
struct half {
	char bytes[ROOM];
	size_t from, to;
	int64_t due_ms;
	bool ended;
};

struct pair {
	int fds[2];
	struct half halves[2]; /* [i]: what came from fds[i] */
};

static struct pair *pairs[MAX_PAIRS];
static size_t npairs;
static enum mode mode;
static long amount; /* milliseconds or bytes */

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct sockaddr_in
here(const char *port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static int
listen_on(const char *port)
{
	struct sockaddr_in address = here(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 64) != 0)
		die(port);
	return fd;
}

static int
connect_to(const char *port)
{
	struct sockaddr_in address = here(port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
	    fcntl(fd, F_SETFL, O_NONBLOCK) == 0)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/* With a linger time of 0 the end is a RST. */
static void
end_pair(size_t i, bool reset)
{
	struct linger hard = {.l_onoff = 1, .l_linger = 0};

	for (int side = 0; side < 2; side++) {
		if (reset)
			(void)setsockopt(pairs[i]->fds[side], SOL_SOCKET, SO_LINGER, &hard,
					 sizeof hard);
		(void)close(pairs[i]->fds[side]);
	}
	free(pairs[i]);
	pairs[i] = pairs[--npairs];
}

static void
end_all(bool reset)
{
	while (npairs > 0)
		end_pair(npairs - 1, reset);
}

static void
welcome(int listener, const char *target)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct pair *pair = NULL;
	int to = -1;

	if (fd < 0)
		return;
	if (mode != REFUSE && npairs < MAX_PAIRS)
		to = connect_to(target);
	if (to >= 0)
		pair = calloc(1, sizeof *pair);
	if (pair == NULL) {
		if (to >= 0)
			(void)close(to);
		(void)close(fd);
		return;
	}
	pair->fds[0] = fd;
	pair->fds[1] = to;
	pairs[npairs++] = pair;
}

static void
obey(const char *line)
{
	static const struct {
		const char *word;
		enum mode mode;
	} modes[] = {
		{"pass", PASS},     {"delay", DELAY}, {"stall", STALL},
		{"refuse", REFUSE}, {"cut", CUT},
	};
	char word[16] = "", number[16] = "";

	if (sscanf(line, "%15s %15s", word, number) < 1)
		return;
	amount = strtol(number, NULL, 10);
	if (strcmp(word, "reset") == 0) {
		end_all(true);
		mode = PASS;
		return;
	}
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
		if (strcmp(word, modes[i].word) == 0) {
			mode = modes[i].mode;
			return;
		}
	(void)fprintf(stderr, "proxy: no such command: %s\n", word);
}

static void
listen_to_control(int fd)
{
	char text[512], *rest = text, *line;
	ssize_t n = read(fd, text, sizeof text - 1);

	if (n <= 0)
		return;
	text[n] = '\0';
	while ((line = strsep(&rest, "\n")) != NULL)
		obey(line);
}

/* Takes in what an end has sent; false: the connection is broken. */
static bool
take(struct half *half, int fd)
{
	ssize_t n = read(fd, half->bytes, ROOM);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	half->from = 0;
	half->to = (size_t)n;
	half->ended = n == 0;
	half->due_ms = now_ms() + (mode == DELAY ? amount : 0);
	return true;
}

/* Hands on what is due; false: the connection is broken, or has come to its end. */
static bool
give(struct half *half, int fd)
{
	size_t most = half->to - half->from;
	ssize_t n = 0;

	/* To the byte: what a client makes of half an answer is what is looked at. */
	if (mode == CUT && (long)most > amount)
		most = amount > 0 ? (size_t)amount : 0;
	if (most > 0) {
		n = send(fd, half->bytes + half->from, most, MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		half->from += (size_t)n;
	}
	if (mode == CUT)
		amount -= (long)n;
	return half->from < half->to || !half->ended;
}

/* What poll is asked about one end: new bytes where there is room, else the way out. */
static short
wish(const struct pair *pair, int side, int64_t now)
{
	const struct half *in = &pair->halves[side], *out = &pair->halves[1 - side];
	short events = 0;

	if (mode == STALL)
		return 0;
	if (in->from == in->to && !in->ended)
		events |= POLLIN;
	if (out->from < out->to && out->due_ms <= now)
		events |= POLLOUT;
	return events;
}

static bool
serve_pair(struct pair *pair, const struct pollfd polled[2], int64_t now)
{
	for (int side = 0; side < 2; side++) {
		struct half *in = &pair->halves[side], *out = &pair->halves[1 - side];
		short got = polled[side].revents;

		if ((got & (POLLERR | POLLNVAL)) != 0)
			return false;
		if ((got & (POLLIN | POLLHUP)) != 0 && in->from == in->to && !in->ended &&
		    !take(in, pair->fds[side]))
			return false;
		if (out->due_ms <= now && (out->from < out->to || out->ended) &&
		    !give(out, pair->fds[side]))
			return false;
	}
	return true;
}

static void
serve(struct pollfd *polled, int64_t now)
{
	if (mode == STALL)
		return;
	for (size_t i = npairs; i-- > 0;)
		if (!serve_pair(pairs[i], polled + FIRST + 2 * i, now))
			end_pair(i, false);
	if (mode == CUT && amount <= 0) {
		end_all(false);
		mode = PASS;
	}
}

/* Everything that may happen next, once. */
static void
turn(struct pollfd *polled, const char *target)
{
	size_t known = npairs;
	int64_t now = now_ms();

	for (size_t i = 0; i < 2 * known; i++)
		polled[FIRST + i] = (struct pollfd){
			.fd = mode == STALL ? -1 : pairs[i / 2]->fds[i % 2],
			.events = wish(pairs[i / 2], (int)(i % 2), now),
		};
	if (poll(polled, FIRST + 2 * known, mode == DELAY ? 5 : 50) < 0 && errno != EINTR)
		die("poll");
	serve(polled, now_ms());
	if ((polled[0].revents & POLLIN) != 0)
		listen_to_control(polled[0].fd);
	if ((polled[1].revents & POLLIN) != 0)
		welcome(polled[1].fd, target);
}

int
main(int argc, char **argv)
{
	static struct pollfd polled[FIRST + 2 * MAX_PAIRS];

	if (argc != 4) {
		(void)fprintf(stderr, "usage: proxy CONTROL PORT TARGET-PORT\n");
		return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	(void)unlink(argv[1]);
	if (mkfifo(argv[1], 0600) != 0)
		die(argv[1]);
	/* Open for writing too, so that it never comes to its end. */
	polled[0] = (struct pollfd){.fd = open(argv[1], O_RDWR | O_NONBLOCK), .events = POLLIN};
	polled[1] = (struct pollfd){.fd = listen_on(argv[2]), .events = POLLIN};
	for (;;)
		turn(polled, argv[3]);
}
