// The registers of a thread in user mode, as the kernel hands them to a BPF program.
#ifndef VITRINE_REGISTERS_H
#define VITRINE_REGISTERS_H

#if defined(__TARGET_ARCH_x86)

// struct pt_regs of asm/ptrace.h, x86-64.
struct registers {
	u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};

#define REG_SP(ctx) ((ctx)->sp)
#define REG_IP(ctx) ((ctx)->ip)
#define REG_FP(ctx) ((ctx)->bp)
#define IN_USER_MODE(ctx) (((ctx)->cs & 3) == 3)

#elif defined(__TARGET_ARCH_arm64)

// struct user_pt_regs of asm/ptrace.h, arm64.
struct registers {
	u64 x[31], sp, pc, pstate;
};

#define REG_SP(ctx) ((ctx)->sp)
#define REG_IP(ctx) ((ctx)->pc)
#define REG_FP(ctx) ((ctx)->x[29])
// The return address is in the link register until the prologue stores it.
#define REG_LR(ctx) ((ctx)->x[30])
#define IN_USER_MODE(ctx) (((ctx)->pstate & 0xf) == 0)

#else
#error "no registers for this architecture"
#endif

#endif
