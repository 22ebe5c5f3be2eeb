// The cheapest program there is: what a hit of it costs is the trap alone.
#include "go.bpf.h"

SEC("uprobe")
int nothing(struct registers *ctx)
{
	HIT();
	return 0;
}
