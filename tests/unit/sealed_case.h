/*
 * Messages of which a part is sealed: the keys of the pull that may read it, and
 * of another that may not.
 */
#ifndef SEALED_CASE_H
#define SEALED_CASE_H

#include "control/sealed.h"
#include "message_case.h"

static struct gw_pull_keys keys, others;

static inline void
sealed_case_make(void)
{
	message_case_make();
	crypto_box_keypair(keys.public_key, keys.secret_key);
	crypto_box_keypair(others.public_key, others.secret_key);
}

#endif
