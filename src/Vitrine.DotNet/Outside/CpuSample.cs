using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Vitrine.Linux.Unwinding;

namespace Vitrine.DotNet.Outside;

/// <summary>One sample as the kernel program wrote it (<c>struct sample</c> of samples.bpf.h). Valid as long as its bytes are.</summary>
readonly ref struct CpuSample(ReadOnlySpan<byte> record)
{
    const int RegistersAt = 16, NameBytes = 16, MostKernelFrames = 48;

    readonly ReadOnlySpan<byte> _record = record;

    static int NameAt => RegistersAt + UserRegisters.Size;

    static int KernelAt => NameAt + NameBytes;

    static int StackAt => KernelAt + (8 * MostKernelFrames);

    /// <summary>Whether the record is whole.</summary>
    public bool IsValid => _record.Length >= StackAt && StackLength <= _record.Length - StackAt && (uint)KernelFrames <= MostKernelFrames;

    /// <summary>The thread, by its id in the target's own pid namespace.</summary>
    public int Thread => BinaryPrimitives.ReadInt32LittleEndian(_record);

    int KernelFrames => BinaryPrimitives.ReadInt32LittleEndian(_record[4..]);

    int StackLength => BinaryPrimitives.ReadInt32LittleEndian(_record[8..]) is >= 0 and var length ? length : int.MaxValue;

    /// <summary>Whether the kernel was working for the thread.</summary>
    public bool IsInKernel => BinaryPrimitives.ReadInt32LittleEndian(_record[12..]) != 0;

    /// <summary>The registers in user mode.</summary>
    public RegisterSet Registers => UserRegisters.Read(_record.Slice(RegistersAt, UserRegisters.Size), out _);

    /// <summary>The thread's name; untrusted text.</summary>
    public string Name
    {
        get
        {
            var name = _record.Slice(NameAt, NameBytes);
            var end = name.IndexOf((byte)0);
            return Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
        }
    }

    /// <summary>What the kernel did, innermost first.</summary>
    public ReadOnlySpan<ulong> Kernel => MemoryMarshal.Cast<byte, ulong>(_record.Slice(KernelAt, 8 * KernelFrames));

    /// <summary>The stack from the stack pointer up.</summary>
    public ReadOnlySpan<byte> Stack => _record.Slice(StackAt, StackLength);
}
