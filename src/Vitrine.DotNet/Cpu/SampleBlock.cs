using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Vitrine.Linux.Kernel;

namespace Vitrine.DotNet.Cpu;

/// <summary>What is known of one sample; its call chain, registers and stack follow it in memory.</summary>
[StructLayout(LayoutKind.Sequential)]
struct StoredSample
{
    /// <summary>When, by <see cref="System.Diagnostics.Stopwatch"/>.</summary>
    public long Time;
    public int ThreadId;

    /// <summary>The processor that it ran on.</summary>
    public int Cpu;

    /// <summary>Index of the work it belongs to.</summary>
    public int Context;

    /// <summary>Addresses of the chain, registers, and bytes of the stack.</summary>
    public int Chain, Registers, StackBytes;

    /// <summary>Bytes of all of it.</summary>
    public int Length;
}

/// <summary>A piece of memory outside of the managed heap with samples one behind the other. Pages that were never written to are never there.</summary>
sealed unsafe class SampleBlock : SafeHandle
{
    public const int Bytes = 512 * 1024;

    int _length;

    public SampleBlock() : base(0, ownsHandle: true) => SetHandle((nint)NativeMemory.AlignedAlloc(Bytes, 4096));

    public override bool IsInvalid => handle == 0;

    public bool IsEmpty => _length == 0;

    byte* Memory => (byte*)handle;

    public void Clear() => _length = 0;

    /// <summary>Keeps a sample if there is room. Allocates nothing.</summary>
    public bool TryAdd(in PerfSample sample)
    {
        var length = sizeof(StoredSample) + sample.Callchain.Length * 8 + sample.Registers.Length * 8 + (sample.Stack.Length + 7 & ~7);
        if (length > Bytes - _length) return false;
        var at = Memory + _length;
        *(StoredSample*)at = new()
        {
            Time = sample.Time, ThreadId = sample.ThreadId, Cpu = sample.Cpu, Chain = sample.Callchain.Length, Registers = sample.Registers.Length, StackBytes = sample.Stack.Length, Length = length,
        };
        at += sizeof(StoredSample);
        sample.Callchain.CopyTo(new(at, sample.Callchain.Length));
        at += sample.Callchain.Length * 8;
        sample.Registers.CopyTo(new(at, sample.Registers.Length));
        at += sample.Registers.Length * 8;
        sample.Stack.CopyTo(new(at, sample.Stack.Length));
        _length += length;
        return true;
    }

    /// <summary>Keeps a copy of a sample of another block if there is room.</summary>
    public bool TryAdd(in Sample sample)
    {
        var length = sample.Head.Length;
        if (length > Bytes - _length) return false;
        sample.Whole.CopyTo(new Span<byte>(Memory + _length, length));
        _length += length;
        return true;
    }

    public Enumerator GetEnumerator() => new(Memory, _length);

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }

    public ref struct Enumerator(byte* memory, int length)
    {
        int _at = -1;

        public readonly Sample Current => new(memory + _at);

        public bool MoveNext()
        {
            _at = _at < 0 ? 0 : _at + ((StoredSample*)(memory + _at))->Length;
            return _at < length;
        }
    }

    /// <summary>A sample where it is kept.</summary>
    public readonly ref struct Sample(byte* memory)
    {
        public ref StoredSample Head => ref Unsafe.AsRef<StoredSample>(memory);

        public ReadOnlySpan<byte> Whole => new(memory, Head.Length);

        public ReadOnlySpan<ulong> Callchain => new(memory + sizeof(StoredSample), Head.Chain);

        public ReadOnlySpan<ulong> Registers => new(memory + sizeof(StoredSample) + Head.Chain * 8, Head.Registers);

        public ReadOnlySpan<byte> Stack => new(memory + sizeof(StoredSample) + (Head.Chain + Head.Registers) * 8, Head.StackBytes);
    }
}
