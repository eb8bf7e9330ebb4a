#include "cmd.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *
gw_cmd_who(char *out, size_t size)
{
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *entry = getpwuid(getuid());

	if (geteuid() == 0 && sudo != NULL && sudo[0] != '\0')
		(void)snprintf(out, size, "%s", sudo);
	else if (entry != NULL)
		(void)snprintf(out, size, "%s", entry->pw_name);
	else
		(void)snprintf(out, size, "uid %ld", (long)getuid());
	return out;
}
