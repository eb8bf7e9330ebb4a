#include "serve/ready.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct {
	struct sockaddr_un name;
	socklen_t len;
	int fd;
} manager = {.fd = -1};

void
gw_ready_open(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path == NULL ? 0 : strlen(path);

	if (len > 1 && len < sizeof manager.name.sun_path && (path[0] == '/' || path[0] == '@')) {
		manager.name.sun_family = AF_UNIX;
		memcpy(manager.name.sun_path, path, len);
		/* "@name" is no file but an abstract name. */
		if (path[0] == '@')
			manager.name.sun_path[0] = '\0';
		manager.len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
		manager.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	}
	(void)unsetenv("NOTIFY_SOCKET");
}

void
gw_ready_say(const char *words)
{
	if (manager.fd < 0)
		return;
	/* A manager that does not listen is no reason to stop. */
	if (sendto(manager.fd, words, strlen(words), MSG_NOSIGNAL,
		   (const struct sockaddr *)&manager.name, manager.len) < 0)
		return;
}
