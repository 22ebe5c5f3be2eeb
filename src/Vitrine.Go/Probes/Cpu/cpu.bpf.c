// Where the processor time of a Go process goes. A clock of each processor fires some times a second; when it finds the target, the place of execution is
// counted: instruction, stack, labels. Everything is added up here; user space reads the sums.
//
// Stacks are followed by frame pointers, which Go keeps in all its functions, within the bounds of the stack that is in use, so that no other word is taken for
// a return address. What frame pointers miss is kept beside the chain and put in by user space, which knows the frame size of every instruction:
// - the caller of a function that has no frame (yet): the words at the stack pointer;
// - the function that switched to the system stack (systemstack, morestack, asmcgocall): the goroutine's saved registers.
// Assembly that uses the frame pointer for something else: the first pair of saved frame pointer and return address above the stack pointer.
#include "cpu.bpf.h"
#include "hash.bpf.h"
#include "labels.bpf.h"

CONFIG;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768);
	__type(key, struct place);
	__type(value, u64);
} places SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, u64);
	__type(value, struct chain);
} chains SEC(".maps");

// The M of each thread, by thread id. User space fills in those that exist at the start; others are learned.
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, u32);
	__type(value, u64);
} threads SEC(".maps");

// The thread's registers in user mode, also while the kernel works for it.
struct cpu_state {
	u64 ip, sp, fp, g, lr;
};

struct bounds {
	u64 lo, hi;
};

// What is known of the thread.
struct thread {
	u64 m;
	u64 curg;
	struct bounds own;     // the current goroutine's stack
	struct bounds system;  // the g0 or signal stack, when the thread is on it
};

// Everything of one sample. The kernel's stack has no room for it, and the verifier checks code on map values in less time: the larger steps are functions of
// their own, which find it here.
struct work {
	struct cpu_state state;
	struct thread thread;
	struct place place;
	struct chain chain;
	u64 words[SCAN_WORDS];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct work);
} work_in_progress SEC(".maps");

static __always_inline struct work *this_work(void)
{
	u32 zero = 0;
	return bpf_map_lookup_elem(&work_in_progress, &zero);
}

static __always_inline bool is_text(u64 pc)
{
	return pc >= config.text_start && pc < config.text_end;
}

static __always_inline bool is_within(u64 address, const struct bounds *bounds)
{
	return address >= bounds->lo && address < bounds->hi;
}

static __always_inline void keep_registers(struct cpu_state *state, const struct registers *registers)
{
	state->ip = REG_IP(registers);
	state->sp = REG_SP(registers);
	state->fp = REG_FP(registers);
	state->g = REG_G(registers);
#if defined(__TARGET_ARCH_arm64)
	state->lr = REG_LR(registers);
#endif
}

// While the kernel works for the thread, its registers in user mode lie where the kernel saved them. Negative when they cannot be had.
__noinline int take_saved_registers(void)
{
	struct registers saved;
	struct work *work = this_work();
	struct task_struct *task = bpf_get_current_task_btf();
	if (!work || bpf_probe_read_kernel(&saved, sizeof(saved), (const void *)bpf_task_pt_regs(task)))
		return -1;
	keep_registers(&work->state, &saved);
	return 0;
}

static __always_inline bool is_thread_of(u64 m, u32 tid)
{
	struct go_runtime_m *pointer = (void *)m;
	u64 procid = 0;
	return m && READ_GO(&procid, pointer, procid) && procid == tid;
}

// The M of the thread: known, or by the register that holds g inside Go code. Assembly may use that register, so that the M must know the thread.
static __always_inline u64 find_m(u32 tid, const struct cpu_state *state)
{
	u64 *known = bpf_map_lookup_elem(&threads, &tid);
	if (known && is_thread_of(*known, tid))
		return *known;
	if (!is_text(state->ip))
		return 0;
	struct go_runtime_g___cpu *g = (void *)state->g;
	u64 m = 0;
	if (!READ_GO(&m, g, m) || !is_thread_of(m, tid))
		return 0;
	bpf_map_update_elem(&threads, &tid, &m, BPF_ANY);
	return m;
}

static __always_inline bool read_bounds(u64 g, struct bounds *bounds)
{
	struct go_runtime_g___cpu *pointer = (void *)g;
	return g && READ_GO(&bounds->lo, pointer, stack.lo) && READ_GO(&bounds->hi, pointer, stack.hi);
}

// Finds the goroutine and the stacks that the thread may be on.
__noinline int look_at_thread(u32 tid)
{
	struct work *work = this_work();
	if (!work)
		return 0;
	const struct cpu_state *state = &work->state;
	struct thread *thread = &work->thread;
	struct place *place = &work->place;
	thread->m = find_m(tid, state);
	struct go_runtime_m *m = (void *)thread->m;
	if (!m) {
		count(WITHOUT_THREAD);
		place->flags |= NO_GOROUTINE;
		// Without bounds the stack is what lies just above the stack pointer.
		thread->own.lo = state->sp;
		thread->own.hi = state->sp + (1 << 20);
		return 0;
	}
	if (!READ_GO(&thread->curg, m, curg) || !read_bounds(thread->curg, &thread->own)) {
		thread->curg = 0;
		place->flags |= NO_GOROUTINE;
	}
	if (thread->curg && is_within(state->sp, &thread->own))
		return 0;
	u64 system = 0;
	place->flags |= ON_SYSTEM_STACK;
	if (READ_GO(&system, m, g0) && read_bounds(system, &thread->system) && is_within(state->sp, &thread->system))
		return 0;
	if (READ_GO(&system, m, gsignal) && read_bounds(system, &thread->system) && is_within(state->sp, &thread->system)) {
		place->flags = (place->flags & ~ON_SYSTEM_STACK) | ON_SIGNAL_STACK;
		// What was interrupted is another stack, which this one does not continue.
		thread->own.lo = thread->own.hi = 0;
		return 0;
	}
	// A thread of C code that has called back, or the first thread: its system stack is the kernel's, whose bounds the runtime only guesses.
	thread->system.lo = state->sp;
	thread->system.hi = state->sp + (1 << 20);
	return 0;
}

// Follows frame pointers from the system stack onto the goroutine's own, never back. Returns the new depth of the chain.
__noinline u32 walk(u32 depth, u64 fp)
{
	struct work *work = this_work();
	struct { u64 fp, pc; } frame;
	u64 previous = 0;
	if (!work)
		return depth;
	for (u32 i = 0; i < MAX_DEPTH; i++) {
		if (fp & 7)
			break;
		if (is_within(fp, &work->thread.own)) {
			if (work->place.crossed == 255) {
				work->place.crossed = depth;
				previous = 0;
			}
		} else if (work->place.crossed != 255 || !is_within(fp, &work->thread.system)) {
			break;
		}
		if (fp <= previous || !read_user(&frame, fp) || !is_text(frame.pc))
			break;
		// The verifier follows a bound that is checked right where it is used, and the compiler must not compute the address before.
		u32 at = depth;
		barrier_var(at);
		if (at >= MAX_DEPTH)
			break;
		work->chain.pcs[at] = frame.pc;
		depth++;
		previous = fp;
		fp = frame.fp;
	}
	return depth;
}

// Copies the words above the stack pointer; returns how many.
static __always_inline u32 read_top(struct work *work)
{
	const struct bounds *stack = work->place.flags & (ON_SYSTEM_STACK | ON_SIGNAL_STACK) ? &work->thread.system : &work->thread.own;
	u64 hi = stack->hi, sp = work->state.sp;
	if (!is_within(sp, stack) || (sp & 7))
		return 0;
	if (hi - sp >= sizeof(work->words))
		return bpf_probe_read_user(work->words, sizeof(work->words), (const void *)sp) ? 0 : SCAN_WORDS;
	return bpf_probe_read_user(work->words, (hi - sp) & (sizeof(work->words) - 1), (const void *)sp) ? 0 : (hi - sp) / 8;
}

// Finds the frame that the code at the top of the stack set up before it used the frame pointer for something else: a saved frame pointer that leads further up
// the stack, and a return address right above it. User space checks the place against the frame size of the instruction. Returns the saved frame pointer.
__noinline u64 scan(void)
{
	struct work *work = this_work();
	if (!work)
		return 0;
	u64 sp = work->state.sp;
	u64 hi = work->place.flags & (ON_SYSTEM_STACK | ON_SIGNAL_STACK) ? work->thread.system.hi : work->thread.own.hi;
	u32 words = read_top(work);
	for (u32 i = 1; i < SCAN_WORDS; i++) {
		if (i >= words)
			break;
		u64 pc = work->words[i], saved = work->words[i - 1];
		if (is_text(pc) && saved > sp + 8 * i && saved < hi && !(saved & 7)) {
			work->place.scanned = i;
			work->chain.pcs[0] = pc;
			return saved;
		}
	}
	return 0;
}

// Before Go 1.21 a function moves the stack pointer, saves the frame pointer, and then sets it; at its end it restores it before it moves the stack pointer back.
// In between the saved frame pointer is the one in the register, and the return address right above it is missing from the chain.
__noinline int find_late_frame(void)
{
	struct work *work = this_work();
	if (!work)
		return 0;
	u64 fp = work->state.fp;
	u32 words = read_top(work);
	for (u32 i = 2; i < SCAN_WORDS; i++) {
		if (i >= words)
			break;
		u64 pc = work->words[i];
		if (work->words[i - 1] == fp && is_text(pc)) {
			work->place.scanned = -1 - (s32)i;
			work->place.top[1] = pc;
			return 1;
		}
	}
	return 0;
}

static __always_inline void take_top(const struct cpu_state *state, struct place *place)
{
	u64 top[2] = {};
#if defined(__TARGET_ARCH_arm64)
	top[0] = state->lr;
#else
	read_user(&top, state->sp);
#endif
	place->top[0] = is_text(top[0]) ? top[0] : 0;
	place->top[1] = is_text(top[1]) ? top[1] : 0;
	// Around a call of duffzero the frame pointer is a little below the stack pointer.
	u64 delta = state->fp - state->sp;
	place->frame_delta = delta + 64 < (1 << 24) ? delta : -1;
}

// The stack, innermost return address first. Returns its depth.
__noinline u32 take_stack(void)
{
	struct work *work = this_work();
	if (!work)
		return 0;
	struct place *place = &work->place;
	struct go_runtime_m *m = (void *)work->thread.m;
	struct go_runtime_g___cpu *g = (void *)work->thread.curg;
	u64 fp = work->state.fp;
	u32 depth = 0;

	// The runtime keeps its own place while it reads the clock in the kernel's code: src/runtime/time_linux_amd64.s, vdsoPC and vdsoSP.
	u64 vdso_sp = 0, vdso_pc = 0;
	if ((place->flags & VDSO) && m && READ_GO(&vdso_sp, m, vdsoSP) && READ_GO(&vdso_pc, m, vdsoPC) && vdso_sp && is_text(vdso_pc)) {
		work->chain.pcs[0] = vdso_pc;
		if (is_within(vdso_sp, &work->thread.own))
			place->crossed = 0;
		// Below the return address lies the caller's frame pointer, which the function saved at its entry.
		if (!read_user(&fp, vdso_sp - 16))
			fp = 0;
		depth = walk(1, fp);
		if (place->crossed == 0)
			return depth;
	} else if (!(place->flags & FOREIGN)) {
		take_top(&work->state, place);
		depth = walk(0, fp);
		if (depth == 0) {
			fp = scan();
			if (fp)
				depth = walk(1, fp);
		} else if (config.late_frames) {
			find_late_frame();
		}
	}
	// On the system stack the goroutine waits with saved registers; the frame pointer does not always lead there.
	if ((place->flags & ON_SYSTEM_STACK) && g) {
		u64 sp = 0;
		if (READ_GO(&sp, g, sched.sp) && is_within(sp, &work->thread.own) && READ_GO(&place->switch_pc, g, sched.pc)) {
			if (!read_user(&place->switch_word, sp) || !is_text(place->switch_word))
				place->switch_word = 0;
			if (place->crossed == 255 && READ_GO(&fp, g, sched.bp)) {
				place->flags |= FROM_SCHED;
				place->crossed = depth;
				depth = walk(depth, fp);
			}
		}
	}
	return depth;
}

// Keeps the chain under its hash; 0 when there is none or no room.
__noinline u64 keep_chain(u32 depth)
{
	struct work *work = this_work();
	if (!work || depth == 0)
		return 0;
	if (depth > MAX_DEPTH)
		depth = MAX_DEPTH;
	work->chain.depth = depth;
	u64 hash = hash_words(work->chain.pcs, depth, MAX_DEPTH);
	if (!bpf_map_lookup_elem(&chains, &hash) && bpf_map_update_elem(&chains, &hash, &work->chain, BPF_NOEXIST) == -7 /* E2BIG: full */) {
		count(LOST_STACK);
		return 0;
	}
	return hash;
}

// Who works: id and labels of the goroutine.
__noinline int take_goroutine(void)
{
	struct work *work = this_work();
	if (!work || !work->thread.curg)
		return 0;
	struct go_runtime_g___cpu *g = (void *)work->thread.curg;
	struct place *place = &work->place;
	if (config.with_goroutines)
		READ_GO(&place->goid, g, goid);
	u64 labels = 0;
	if (!config.with_labels || !READ_GO(&labels, g, labels) || !labels)
		return 0;
	if (read_labels(labels, config.labels_are_maps)) {
		place->flags |= LABELS_LOST;
		count(LABELS_UNREADABLE);
		return 0;
	}
	place->labels = keep_labels();
	return 0;
}

// Counts the place once.
__noinline int count_place(void)
{
	struct work *work = this_work();
	if (!work)
		return 0;
	u64 *seen = bpf_map_lookup_elem(&places, &work->place);
	if (!seen) {
		u64 zero = 0;
		// It fails when another processor was faster, which is as good, or when there is no room.
		bpf_map_update_elem(&places, &work->place, &zero, BPF_NOEXIST);
		seen = bpf_map_lookup_elem(&places, &work->place);
	}
	if (!seen) {
		count(LOST_MAP_FULL);
		return 0;
	}
	__sync_fetch_and_add(seen, 1);
	count(HITS);
	return 0;
}

SEC("perf_event")
int sample(struct registers *ctx)
{
	IN_USE();

	// 1. Is it the target?
	u32 tid = target_thread(&config.process);
	struct work *work = this_work();
	if (!tid || !work)
		return 0;
	count(SEEN);

	// 2. Where is it?
	struct place *place = &work->place;
	__builtin_memset(work, 0, sizeof(work->state) + sizeof(work->thread) + sizeof(work->place));
	place->frame_delta = -1;
	place->scanned = -1;
	place->crossed = 255;
	bool kernel = !IN_USER_MODE(ctx);
	if (!kernel) {
		keep_registers(&work->state, ctx);
	} else if (take_saved_registers()) {
		count(LOST_FAULT);
		return 0;
	}
	place->ip = work->state.ip;
	if (kernel) {
		place->flags |= KERNEL;
		count(IN_KERNEL);
	}
	if (!is_text(place->ip))
		place->flags |= FOREIGN;
	if (place->ip >= config.vdso_start && place->ip < config.vdso_end)
		place->flags |= VDSO;

	// 3. Which goroutine, and on which stacks?
	look_at_thread(tid);
	place->stack = keep_chain(take_stack());
	if (config.with_kernel_stacks && kernel) {
		long bytes = bpf_get_stack(ctx, work->chain.pcs, sizeof(work->chain.pcs), 0);
		if (bytes > 0)
			place->kernel = keep_chain((u32)bytes / sizeof(u64));
	}
	take_goroutine();

	// 4. Count it.
	return count_place();
}
