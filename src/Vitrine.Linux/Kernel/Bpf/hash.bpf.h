// Long values are kept once, under a hash of 64 bits: two of a million different ones meet with a probability of 3 in 10^8.
#ifndef VITRINE_HASH_H
#define VITRINE_HASH_H

#include "vitrine.bpf.h"

static __always_inline u64 hash_words(const u64 *words, u32 count, const u32 most)
{
	u64 hash = 0x9e3779b97f4a7c15 ^ count;
	for (u32 i = 0; i < most; i++) {
		if (i >= count)
			break;
		hash = (hash ^ words[i]) * 0x9fb21c651e98df25;
		hash ^= hash >> 32;
	}
	return hash ? hash : 1;
}

#endif
