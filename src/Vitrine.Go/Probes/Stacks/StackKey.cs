using System.Runtime.InteropServices;

namespace Vitrine.Go.Probes.Stacks;

/// <summary><c>struct stack_key</c> of stacks.bpf.h: a stack in the map <c>stacks</c>.</summary>
/// <param name="Id">The stack's number; negative when it could not be taken.</param>
/// <param name="Skipped">Innermost frames that are not in it: 0, or 1 for the probed instruction.</param>
/// <param name="Caller">The return address at a function's entry; 0 elsewhere.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct StackKey(int Id, uint Skipped, ulong Caller);
