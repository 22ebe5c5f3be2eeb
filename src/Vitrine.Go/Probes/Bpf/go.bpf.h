// What the BPF programs that look at Go share: the current goroutine, places of the target's code.
//
// Go structs are declared with the fields that are used, in any order: CO-RE relocates each access against BTF that Vitrine writes from the target's
// own type descriptors. A name after three underscores (go_runtime_g___waits) is a flavour: the same Go type, with other fields.
#ifndef VITRINE_GO_H
#define VITRINE_GO_H

#include "vitrine.bpf.h"
#include "go_registers.bpf.h"

#define GO_TYPE __attribute__((preserve_access_index))

// ---- programs
// A function whose frame is made without a push (Go before 1.21) is probed on the branch of its stack check, which this bit of the attach cookie says.
// A call that has to grow its stack crosses it twice: the first time it starts the function anew, and is none.
#define AT_STACK_CHECK (1ull << 63)

static __always_inline int starts_anew(struct registers *ctx)
{
	return (bpf_get_attach_cookie(ctx) & AT_STACK_CHECK) && STACK_CHECK_FAILS(ctx);
}

// A program at a place of the target's code: PROBE(name) { … return 0; }. What every such program has to do first is done here, so that none forgets it.
#define PROBE(name) \
	static __always_inline int name##_is_hit(struct registers *ctx); \
	SEC("uprobe") int name(struct registers *ctx) \
	{ \
		HIT(); \
		return starts_anew(ctx) ? 0 : name##_is_hit(ctx); \
	} \
	static __always_inline int name##_is_hit(struct registers *ctx)

// ---- goroutines
struct go_runtime_stack {
	u64 lo;
	u64 hi;
} GO_TYPE;

struct go_runtime_g {
	struct go_runtime_stack stack;
	u64 goid;
} GO_TYPE;

// A field of a Go struct, relocated: u64 id; if (!READ_GO(&id, g, goid)) …
#define READ_GO(destination, pointer, field) \
	(bpf_core_read_user((destination), sizeof(*(destination)), &(pointer)->field) == 0)

// The number that Go prints for a goroutine. 0 is no goroutine of the program (g0, or a page that is not resident).
static __always_inline u64 goid_of(u64 g)
{
	struct go_runtime_g *pointer = (void *)g;
	u64 id = 0;
	if (!g || !READ_GO(&id, pointer, goid))
		return 0;
	return id;
}

// How deep a stack pointer lies below the start of the goroutine's stack. Stacks move when they grow or shrink; this distance does not change.
static __always_inline u64 stack_depth(u64 g, u64 sp)
{
	struct go_runtime_g *pointer = (void *)g;
	u64 high = 0;
	if (!g || !READ_GO(&high, pointer, stack.hi))
		return 0;
	return high - sp;
}

#endif
