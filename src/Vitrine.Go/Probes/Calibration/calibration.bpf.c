// The cheapest program there is: what a hit of it costs is the trap alone.
#include "go.bpf.h"

PROBE(nothing)
{
	return 0;
}
