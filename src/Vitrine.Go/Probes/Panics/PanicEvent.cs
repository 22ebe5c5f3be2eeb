using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vitrine.Go.Probes.Panics;

/// <summary><c>struct event</c> of panics.bpf.c.</summary>
[StructLayout(LayoutKind.Sequential)]
struct PanicEvent
{
    public const int ValueBytes = 64;
    public const int TextBytes = 512;
    public const int MaxFrames = 127;

    public ulong At;
    public ulong G;
    public ulong Goid;
    public ulong Depth;
    public ulong Caller;
    public ulong Type;
    public ulong Data;
    public ulong TextAt;
    public ulong TextLength;
    public ulong Fault;
    public ulong HeapLive;
    public ulong HeapInUse;
    public ulong MappedReady;
    public uint NumGC;
    public uint Signal;
    public PanicEventKind Kind;
    public byte Figures;
    public byte ValueRead;
    public byte OnSystemStack;
    public byte Chain;
    public byte Recovered;
    public byte Goexit;
    public byte TextRead;
    public ValueBuffer Value;
    public TextBuffer Text;
    public uint Frames;
    public uint Pad;
    public StackBuffer Stack;

    /// <summary>For each panic that the goroutine is in, the latest first, whether it is marked recovered. A Goexit in the same list is no panic.</summary>
    public readonly bool[] RecoveredMarks()
    {
        var marks = new List<bool>(8);
        for (var i = 0; i < Math.Min((int)Chain, 8); i++)
        {
            if ((Goexit & (1 << i)) == 0)
                marks.Add((Recovered & (1 << i)) != 0);
        }
        return [.. marks];
    }

    [InlineArray(ValueBytes)]
    public struct ValueBuffer
    {
        byte first;
    }

    [InlineArray(MaxFrames)]
    public struct StackBuffer
    {
        ulong first;
    }

    [InlineArray(TextBytes)]
    public struct TextBuffer
    {
        byte first;
    }
}

/// <summary><c>enum kind</c> of panics.bpf.c.</summary>
enum PanicEventKind : byte
{
    Panic = 1,
    Recovery = 2,
    Uncaught = 3,
    Fatal = 4,
}
