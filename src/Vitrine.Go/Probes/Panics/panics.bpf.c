// Panics and fatal errors of a Go program, each as one event with all that is gone a moment later: the value, its text, the stack, a few figures of
// the heap. A fatal error leaves the process microseconds to live, so nothing here waits for user space.
//
//   runtime.gopanic(e any)             a panic begins; also for run-time errors and signals (runtime.sigpanic calls panicmem, which panics)
//   runtime.recovery(gp *g)            a recover() takes effect: runs on g0, after the deferred function returned
//   runtime.fatalpanic(msgs *_panic)   nobody recovered: the process prints the panics and exits
//   runtime.throw(s), runtime.fatal(s) a fatal error: the process prints it and exits
//
// Source: src/runtime/panic.go. runtime.Goexit runs deferred functions as a panic does, and calls none of these.
#include "go.bpf.h"

#define VALUE_BYTES 64
#define TEXT_BYTES 512
#define CHAIN 8
#define DEPTH 127

enum kind {
	PANIC = 1,
	RECOVERY = 2,
	UNCAUGHT = 3,
	FATAL = 4,
};

// internal/abi.Type: size, …, kind at 23, …; the element of a pointer type follows the 48 bytes that all types share. The same from Go 1.19 to 1.27.
#define TYPE_KIND 23
#define TYPE_ELEMENT 48
#define KIND_MASK 31
#define KIND_POINTER 22
#define KIND_STRING 24
#define KIND_STRUCT 25

struct go_runtime__panic {
	struct go_runtime__panic *link;
	void *startSP; // from Go 1.22 on
	void *sp;
	_Bool recovered;
	_Bool goexit;
} GO_TYPE;

struct go_runtime_m___panics {
	struct go_runtime_g *curg;
} GO_TYPE;

struct go_runtime_g___panics {
	struct go_runtime__panic *_panic;
	struct go_runtime_m___panics *m;
	u64 sigcode0;
	u64 sigcode1;
	u32 sig;
} GO_TYPE;

struct config {
	u64 type_assertion_error; // descriptor of runtime.TypeAssertionError, whose text is not its first field
	// Addresses of figures of the heap; 0 where they are not known.
	u64 heap_live;
	u64 heap_in_use;
	u64 mapped_ready;
	u64 num_gc;
};
CONFIG;

struct event {
	u64 at; // bpf_ktime_get_ns
	u64 g;
	u64 goid;  // 0: no goroutine
	u64 depth; // of the panicking frame, or of the frame that a recovery returns to; 0 is unknown
	u64 caller; // the return address, which the walk misses on kernels before 6.11
	u64 type;
	u64 data;
	u64 text_at;
	u64 text_length; // of the whole text
	u64 fault;       // the address of a signal
	u64 heap_live;
	u64 heap_in_use;
	u64 mapped_ready;
	u32 num_gc;
	u32 signal;
	u8 kind;
	u8 figures;  // bit 0 to 3: the four above were read
	u8 value_read;
	u8 on_system_stack;
	u8 chain;      // panics of the goroutine, the latest first, that the masks are about
	u8 recovered;  // bit n: the n-th is recovered
	u8 goexit;     // bit n: the n-th is a Goexit, which the runtime keeps in the same list
	u8 text_read;  // 1: text holds the first bytes
	u8 value[VALUE_BYTES];
	u8 text[TEXT_BYTES];
	u32 frames;
	u32 pad;
	u64 stack[DEPTH]; // here and not in a map of stacks, where two can collide
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 21);
} events SEC(".maps");

static __always_inline struct event *begin(struct registers *ctx, u8 kind, u64 g)
{
	struct event *event;
	long bytes;

	count(HITS);
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count(LOST_RING);
		return 0;
	}
	__builtin_memset(event, 0, __builtin_offsetof(struct event, text));
	event->at = bpf_ktime_get_ns();
	event->kind = kind;
	event->g = g;
	event->goid = goid_of(g);
#if defined(__TARGET_ARCH_arm64)
	event->caller = REG_LR(ctx);
#else
	read_user(&event->caller, REG_SP(ctx));
#endif
	bytes = bpf_get_stack(ctx, event->stack, sizeof(event->stack), BPF_F_USER_STACK);
	event->pad = 0;
	event->frames = bytes > 0 ? (u32)bytes / 8 : 0;
	if (bytes <= 0)
		count(LOST_STACK);
	return event;
}

static __always_inline void read_figures(struct event *event)
{
	if (config.heap_live && read_user(&event->heap_live, config.heap_live))
		event->figures |= 1;
	if (config.heap_in_use && read_user(&event->heap_in_use, config.heap_in_use))
		event->figures |= 2;
	if (config.mapped_ready && read_user(&event->mapped_ready, config.mapped_ready))
		event->figures |= 4;
	if (config.num_gc && read_user(&event->num_gc, config.num_gc))
		event->figures |= 8;
}

static __always_inline void read_text(struct event *event, u64 text, u64 length)
{
	u32 many = length > TEXT_BYTES ? TEXT_BYTES : length;

	event->text_at = text;
	event->text_length = length;
	if (length > (1ULL << 40)) // what was taken for a string is none
		return;
	if (many == 0 || bpf_probe_read_user(event->text, many, (void *)text) == 0)
		event->text_read = 1;
}

// The value of an interface: its type, its first bytes, and the text that a string, or a struct that begins with one, refers to. User space knows from
// the executable what the type is, and takes from there also what was not in memory: constants and descriptors, which nothing may have touched yet.
static __always_inline void read_value(struct event *event)
{
	u64 size = 0, element = 0;
	u64 *words = (u64 *)event->value;
	u32 many = VALUE_BYTES;
	u8 kind = 0;

	if (!event->type || !event->data)
		return;
	if (read_user(&kind, event->type + TYPE_KIND) && read_user(&size, event->type)) {
		kind &= KIND_MASK;
		if (kind == KIND_POINTER && (!read_user(&element, event->type + TYPE_ELEMENT) || !read_user(&size, element)))
			size = VALUE_BYTES;
		if (size < many)
			many = size;
	}
	if (many > 0 && bpf_probe_read_user(event->value, many, (void *)event->data)) {
		// The size was a guess, and the page ends before it.
		many = 16;
		if (bpf_probe_read_user(event->value, 16, (void *)event->data))
			return;
	}
	event->value_read = many;
	if (kind && kind != KIND_STRING && kind != KIND_POINTER && kind != KIND_STRUCT)
		return;
	if (element && element == config.type_assertion_error) {
		if (many >= 40) // after three type descriptors
			read_text(event, words[3], words[4]);
	} else if (many >= 16) {
		read_text(event, words[0], words[1]);
	}
}

// The panics that the goroutine is in, the latest first.
static __always_inline void read_chain(struct event *event, struct go_runtime__panic *panic)
{
	_Bool flag;

#pragma unroll
	for (int i = 0; i < CHAIN; i++) {
		if (!panic)
			break;
		flag = 0;
		if (READ_GO(&flag, panic, recovered) && flag)
			event->recovered |= 1 << i;
		flag = 0;
		if (READ_GO(&flag, panic, goexit) && flag)
			event->goexit |= 1 << i;
		event->chain = i + 1;
		if (!READ_GO(&panic, panic, link))
			break;
	}
}

PROBE(on_panic)
{
	u64 g = REG_G(ctx);
	struct go_runtime_g___panics *goroutine = (void *)g;
	struct event *event = begin(ctx, PANIC, g);

	if (!event)
		return 0;
	event->depth = stack_depth(g, REG_SP(ctx));
	event->type = REG_ARG0(ctx);
	event->data = REG_ARG1(ctx);
	READ_GO(&event->signal, goroutine, sig);
	READ_GO(&event->fault, goroutine, sigcode1);
	read_value(event);
	read_figures(event);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

PROBE(on_recovery)
{
	u64 g = REG_ARG0(ctx); // runs on g0 for this goroutine
	struct go_runtime_g___panics *goroutine = (void *)g;
	struct go_runtime__panic *panic = 0;
	struct event *event = begin(ctx, RECOVERY, g);
	u64 sp = 0;

	if (!event)
		return 0;
	// Where execution goes on: every panic that began below it is over. Up to Go 1.21 the panic has left the list by now.
	if (bpf_core_field_exists(panic->startSP)) {
		if (READ_GO(&panic, goroutine, _panic) && panic) {
			READ_GO(&sp, panic, sp);
			read_chain(event, panic);
		}
	} else {
		READ_GO(&sp, goroutine, sigcode0);
	}
	if (sp)
		event->depth = stack_depth(g, sp);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

PROBE(on_uncaught)
{
	struct event *event = begin(ctx, UNCAUGHT, REG_G(ctx));

	if (!event)
		return 0;
	read_chain(event, (void *)REG_ARG0(ctx));
	read_figures(event);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

PROBE(on_fatal)
{
	u64 g = REG_G(ctx);
	struct go_runtime_g___panics *goroutine = (void *)g;
	struct go_runtime_m___panics *m = 0;
	struct event *event = begin(ctx, FATAL, g);

	if (!event)
		return 0;
	if (!event->goid) {
		// On the system stack: the goroutine that the thread works for, if there is one.
		event->on_system_stack = 1;
		if (READ_GO(&m, goroutine, m) && m && READ_GO(&g, m, curg)) {
			event->g = g;
			event->goid = goid_of(g);
		}
	}
	read_text(event, REG_ARG0(ctx), REG_ARG1(ctx));
	read_figures(event);
	bpf_ringbuf_submit(event, 0);
	return 0;
}
