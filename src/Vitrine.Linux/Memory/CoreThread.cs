using System.Buffers.Binary;
using Vitrine.Linux.Binaries;

namespace Vitrine.Linux.Memory;

/// <summary>A thread of a core dump with its registers (note NT_PRSTATUS).</summary>
/// <param name="ThreadId">Thread id in the pid namespace of the process that dumped.</param>
/// <param name="Signal">Signal that it was about to take; 0 = none.</param>
/// <param name="Machine">Decides what the registers mean.</param>
/// <param name="Registers">The register set as the kernel lays it out: user_regs_struct (27 words) on x86-64, user_pt_regs (34 words) on arm64.</param>
public sealed record CoreThread(int ThreadId, int Signal, ElfMachine Machine, ReadOnlyMemory<byte> Registers)
{
    /// <summary>Program counter: rip, pc.</summary>
    public ulong InstructionPointer => Register(Machine == ElfMachine.Amd64 ? 16 : 32);

    /// <summary>Stack pointer: rsp, sp.</summary>
    public ulong StackPointer => Register(Machine == ElfMachine.Amd64 ? 19 : 31);

    /// <summary>Frame pointer: rbp, x29.</summary>
    public ulong FramePointer => Register(Machine == ElfMachine.Amd64 ? 4 : 29);

    /// <summary>The register in which Go keeps its g: r14, x28. Meaningless while the thread is not in Go code.</summary>
    public ulong GoroutineRegister => Register(Machine == ElfMachine.Amd64 ? 1 : 28);

    /// <summary>Register by its place in the set; 0 when the set is shorter.</summary>
    public ulong Register(int index) =>
        index >= 0 && (index + 1) * 8 <= Registers.Length ? BinaryPrimitives.ReadUInt64LittleEndian(Registers.Span[(index * 8)..]) : 0;
}
