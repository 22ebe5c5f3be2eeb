using System.Buffers.Binary;
using System.Text;
using Vitrine.Linux.Unwinding;

namespace Vitrine.DotNet.Outside;

/// <summary>One thread as the kernel's iterator saw it (<c>struct thread_record</c> of task.bpf.h).</summary>
readonly record struct ThreadState
{
    const int OnProcessor = 1, Exiting = 2, WithoutRegisters = 4;
    const int RegistersAt = 56, NameBytes = 16;

    /// <summary>Bytes of a record on this machine.</summary>
    public static int Size { get; } = RegistersAt + UserRegisters.Size + NameBytes;

    /// <summary>Id in the viewer's pid namespace.</summary>
    public int ThreadId { get; private init; }

    /// <summary>Id in the thread's own pid namespace.</summary>
    public int OwnThreadId { get; private init; }

    /// <summary>TASK_… of include/linux/sched.h; 0 when it can run.</summary>
    public uint State { get; private init; }

    /// <summary>It was on a processor: its registers are there, and what the kernel saved is old.</summary>
    public bool IsOnProcessor { get; private init; }

    /// <summary>It is about to end.</summary>
    public bool IsExiting { get; private init; }

    /// <summary>The registers could be read.</summary>
    public bool HasRegisters { get; private init; }

    /// <summary>How often it left a processor.</summary>
    public ulong Switches { get; private init; }

    /// <summary>Processor time in nanoseconds.</summary>
    public ulong RunNanoseconds { get; private init; }

    /// <summary>How long it had not run, by the scheduler's clock; null when that cannot be said.</summary>
    public TimeSpan? NotRunFor { get; private init; }

    /// <summary>The registers in user mode.</summary>
    public RegisterSet Registers { get; private init; }

    /// <summary>The system call it is in; negative when it was interrupted in user mode. Other values are only meaningful for a thread that is not on a processor.</summary>
    public long SystemCall { get; private init; }

    /// <summary>The thread's name; untrusted text.</summary>
    public string Name { get; private init; }

    /// <summary>Whether the thread has not run between two looks, so that its registers and its stack belong together.</summary>
    public static bool IsSame(in ThreadState one, in ThreadState other) =>
        !one.IsOnProcessor && !other.IsOnProcessor && one.HasRegisters && other.HasRegisters && one.Switches == other.Switches && one.RunNanoseconds == other.RunNanoseconds
        && one.Registers[UnwindArchitecture.OfThisMachine.StackPointer] == other.Registers[UnwindArchitecture.OfThisMachine.StackPointer]
        && one.Registers[UnwindArchitecture.OfThisMachine.InstructionPointer] == other.Registers[UnwindArchitecture.OfThisMachine.InstructionPointer];

    /// <summary>Reads a record.</summary>
    public static ThreadState Read(ReadOnlySpan<byte> record)
    {
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(record[12..]);
        var registers = UserRegisters.Read(record.Slice(RegistersAt, UserRegisters.Size), out var call);
        var name = record.Slice(Size - NameBytes, NameBytes);
        var end = name.IndexOf((byte)0);
        ulong lastRan = BinaryPrimitives.ReadUInt64LittleEndian(record[32..]), viewerRan = BinaryPrimitives.ReadUInt64LittleEndian(record[48..]);
        return new ThreadState
        {
            ThreadId = BinaryPrimitives.ReadInt32LittleEndian(record),
            OwnThreadId = BinaryPrimitives.ReadInt32LittleEndian(record[4..]),
            State = BinaryPrimitives.ReadUInt32LittleEndian(record[8..]),
            IsOnProcessor = (flags & OnProcessor) != 0,
            IsExiting = (flags & Exiting) != 0,
            HasRegisters = (flags & WithoutRegisters) == 0,
            Switches = BinaryPrimitives.ReadUInt64LittleEndian(record[16..]),
            RunNanoseconds = BinaryPrimitives.ReadUInt64LittleEndian(record[24..]),
            NotRunFor = lastRan == 0 || viewerRan == 0 ? null : TimeSpan.FromMicroseconds(viewerRan > lastRan ? (viewerRan - lastRan) / 1000.0 : 0),
            Registers = registers,
            SystemCall = call,
            Name = Encoding.UTF8.GetString(end < 0 ? name : name[..end]),
        };
    }
}
