/*
 * What the service manager is told: a datagram to the socket that it named in
 * $NOTIFY_SOCKET.  Without one nothing is sent.
 */
#ifndef GW_SERVE_READY_H
#define GW_SERVE_READY_H

/* Reads the name, and takes it out of the environment, so that no duty speaks in our place. */
void gw_ready_open(void);

/* "READY=1", "WATCHDOG=1", "STOPPING=1", "RELOADING=1\nMONOTONIC_USEC=…". */
void gw_ready_say(const char *words);

#endif
