// Adds up calls by their first argument. The table has room for fewer arguments than there are, so that something is lost and has to be accounted for.
#include "go.bpf.h"

#define ARGUMENTS 1024
#define ROOM 1000

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, ROOM);
	__type(key, u64);
	__type(value, u64);
} calls SEC(".maps");

PROBE(aggregate)
{
	u64 argument = REG_ARG0(ctx) % ARGUMENTS, one = 1;
	u64 *sum = bpf_map_lookup_elem(&calls, &argument);
	if (!sum) {
		if (bpf_map_update_elem(&calls, &argument, &one, BPF_NOEXIST) == 0)
			return 0;
		// Another processor may have been first.
		sum = bpf_map_lookup_elem(&calls, &argument);
		if (!sum) {
			count(LOST_MAP_FULL);
			return 0;
		}
	}
	*sum += 1;
	return 0;
}

PROBE(nothing)
{
	count(HITS);
	return 0;
}
