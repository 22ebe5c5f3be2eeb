// What Go keeps in the registers of a probed thread.
//
// Go's internal calling convention (ABIInternal, Go 1.17 on amd64, 1.18 on arm64; src/cmd/compile/abi-internal.md) passes the current goroutine
// in R14 or R28, and integer arguments and results in the registers named below, the receiver first. A string takes two, a slice three.
#ifndef VITRINE_GO_REGISTERS_H
#define VITRINE_GO_REGISTERS_H

#include "registers.bpf.h"

#if defined(__TARGET_ARCH_x86)

#define REG_G(ctx) ((ctx)->r14)
#define REG_ARG0(ctx) ((ctx)->ax)
#define REG_ARG1(ctx) ((ctx)->bx)
#define REG_ARG2(ctx) ((ctx)->cx)
#define REG_ARG3(ctx) ((ctx)->di)
#define REG_ARG4(ctx) ((ctx)->si)
#define REG_ARG5(ctx) ((ctx)->r8)
#define REG_ARG6(ctx) ((ctx)->r9)
#define REG_ARG7(ctx) ((ctx)->r10)
#define REG_ARG8(ctx) ((ctx)->r11)
// What a call leaves on the stack until it returns.
#define RETURN_ADDRESS_BYTES 8
// On the branch of a function's stack check (cmp; jbe): the stack is too small, so it will grow and the function start anew.
#define STACK_CHECK_FAILS(ctx) ((ctx)->flags & 0x41) // CF, ZF

#elif defined(__TARGET_ARCH_arm64)

#define REG_G(ctx) ((ctx)->x[28])
#define REG_ARG0(ctx) ((ctx)->x[0])
#define REG_ARG1(ctx) ((ctx)->x[1])
#define REG_ARG2(ctx) ((ctx)->x[2])
#define REG_ARG3(ctx) ((ctx)->x[3])
#define REG_ARG4(ctx) ((ctx)->x[4])
#define REG_ARG5(ctx) ((ctx)->x[5])
#define REG_ARG6(ctx) ((ctx)->x[6])
#define REG_ARG7(ctx) ((ctx)->x[7])
#define REG_ARG8(ctx) ((ctx)->x[8])
#define RETURN_ADDRESS_BYTES 0
// On the branch of a function's stack check (cmp; b.ls): the stack is too small, so it will grow and the function start anew.
#define STACK_CHECK_FAILS(ctx) (!((ctx)->pstate & (1 << 29)) || ((ctx)->pstate & (1 << 30))) // not C, or Z

#else
#error "no registers for this architecture"
#endif

#endif
