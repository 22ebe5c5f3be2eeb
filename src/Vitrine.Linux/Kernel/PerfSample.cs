using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Vitrine.Linux.Kernel;

/// <summary>One sample of the processor's clock as <see cref="PerfEventRings"/> asks for it (the fields and their order: perf_event_open(2), PERF_RECORD_SAMPLE). Valid as long as the record's bytes.</summary>
public readonly ref struct PerfSample
{
    /// <summary>Marks in a call chain that say where the addresses after it belong (PERF_CONTEXT_KERNEL, PERF_CONTEXT_USER); everything from <see cref="ContextLimit"/> on is such a mark.</summary>
    public const ulong KernelContext = unchecked((ulong)-128), UserContext = unchecked((ulong)-512), ContextLimit = unchecked((ulong)-4095);

    /// <summary>The process, in the pid namespace of the one that opened the event.</summary>
    public int ProcessId { get; private init; }

    /// <summary>The thread.</summary>
    public int ThreadId { get; private init; }

    /// <summary>When, in nanoseconds of CLOCK_MONOTONIC, which is <see cref="System.Diagnostics.Stopwatch"/>'s clock on Linux.</summary>
    public long Time { get; private init; }

    /// <summary>The event: of an inherited one, that of the event it was inherited from.</summary>
    public ulong EventId { get; private init; }

    /// <summary>The processor that it ran on.</summary>
    public int Cpu { get; private init; }

    /// <summary>Return addresses by frame pointer, leaf first, with the kernel's marks in between.</summary>
    public ReadOnlySpan<ulong> Callchain { get; private init; }

    /// <summary>The user registers that were asked for, in the kernel's order; empty when there were none (a kernel thread).</summary>
    public ReadOnlySpan<ulong> Registers { get; private init; }

    /// <summary>The user stack from the stack pointer upwards, as much as was copied.</summary>
    public ReadOnlySpan<byte> Stack { get; private init; }

    /// <summary>Reads a record of type <see cref="PerfRecordType.Sample"/>.</summary>
    /// <param name="record">The record with its header.</param>
    /// <param name="registers">The mask of registers that was asked for; 0 for none, then there is no stack either.</param>
    /// <param name="sample">The sample.</param>
    /// <returns>False when the record is shorter than it says of itself.</returns>
    public static bool TryRead(ReadOnlySpan<byte> record, ulong registers, out PerfSample sample)
    {
        const int fixedSize = 8 + 8 + 8 + 8 + 8 + 8;
        sample = default;
        if (record.Length < fixedSize) return false;
        var count = BinaryPrimitives.ReadUInt64LittleEndian(record[40..]);
        var rest = record[fixedSize..];
        if (count > (ulong)rest.Length / 8) return false;
        var chain = MemoryMarshal.Cast<byte, ulong>(rest[..((int)count * 8)]);
        rest = rest[((int)count * 8)..];
        ReadOnlySpan<ulong> values = default;
        ReadOnlySpan<byte> stack = default;
        if (registers != 0)
        {
            if (!TryTake(ref rest, out var abi)) return false;
            if (abi != 0)
            {
                var length = BitOperations.PopCount(registers) * 8;
                if (rest.Length < length) return false;
                values = MemoryMarshal.Cast<byte, ulong>(rest[..length]);
                rest = rest[length..];
            }
            if (!TryTake(ref rest, out var reserved)) return false;
            if (reserved != 0)
            {
                if (rest.Length < 8 || reserved > (ulong)(rest.Length - 8)) return false;
                stack = rest[..(int)reserved];
                rest = rest[(int)reserved..];
                if (!TryTake(ref rest, out var copied) || copied > reserved) return false;
                stack = stack[..(int)copied];
            }
        }
        sample = new()
        {
            ProcessId = BinaryPrimitives.ReadInt32LittleEndian(record[8..]),
            ThreadId = BinaryPrimitives.ReadInt32LittleEndian(record[12..]),
            Time = BinaryPrimitives.ReadInt64LittleEndian(record[16..]),
            EventId = BinaryPrimitives.ReadUInt64LittleEndian(record[24..]),
            Cpu = BinaryPrimitives.ReadInt32LittleEndian(record[32..]),
            Callchain = chain,
            Registers = values,
            Stack = stack,
        };
        return true;
    }

    static bool TryTake(ref ReadOnlySpan<byte> rest, out ulong value)
    {
        value = 0;
        if (rest.Length < 8) return false;
        value = BinaryPrimitives.ReadUInt64LittleEndian(rest);
        rest = rest[8..];
        return true;
    }
}
