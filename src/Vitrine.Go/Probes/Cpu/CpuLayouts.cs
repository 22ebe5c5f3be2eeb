using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Vitrine.Go.Goroutines;
using Vitrine.Linux.Kernel;

namespace Vitrine.Go.Probes.Cpu;

/// <summary><c>struct config</c> of cpu.bpf.h.</summary>
[StructLayout(LayoutKind.Sequential)]
struct CpuConfig
{
    public PidNamespace Process;
    public ulong TextStart, TextEnd;
    public ulong VdsoStart, VdsoEnd;
    public uint LabelsAreMaps;
    public uint WithGoroutines;
    public uint WithKernelStacks;
    public uint WithLabels;
    public uint LateFrames;
    public uint Pad;
}

/// <summary><c>enum sample_flags</c> of cpu.bpf.h.</summary>
[Flags]
enum CpuFlags : byte
{
    None = 0,
    OnSystemStack = 1,
    OnSignalStack = 2,
    FromSched = 4,
    Kernel = 8,
    Foreign = 16,
    Vdso = 32,
    LabelsLost = 64,
    NoGoroutine = 128,
}

/// <summary><c>struct place</c> of cpu.bpf.h: one place of execution. All addresses are run-time addresses.</summary>
[StructLayout(LayoutKind.Sequential)]
readonly record struct CpuPlace
{
    public ulong Ip { get; init; }
    public ulong Stack { get; init; }
    public ulong KernelStack { get; init; }
    public ulong Labels { get; init; }
    public ulong Goid { get; init; }
    public ulong Top0 { get; init; }
    public ulong Top1 { get; init; }
    public ulong SwitchPc { get; init; }
    public ulong SwitchWord { get; init; }
    public int FrameDelta { get; init; }
    public short Scanned { get; init; }
    public byte Crossed { get; init; }
    public CpuFlags Flags { get; init; }

    /// <summary>Stands in <see cref="Scanned"/> for "no frame was found without the frame pointer"; below it, see cpu.bpf.h.</summary>
    public const short NotScanned = -1;

    /// <summary>Stands in <see cref="Crossed"/> for "nowhere".</summary>
    public const byte NotCrossed = 255;
}

/// <summary><c>struct chain</c> of cpu.bpf.h.</summary>
[StructLayout(LayoutKind.Sequential)]
struct CpuChain
{
    public ulong Depth;
    public CpuChainPcs Pcs;

    public readonly ulong[] ToArray() => ((ReadOnlySpan<ulong>)Pcs)[..(int)Math.Min(Depth, CpuChainPcs.Length)].ToArray();
}

/// <summary>The addresses of a chain.</summary>
[InlineArray(Length)]
struct CpuChainPcs
{
    public const int Length = 127;
    ulong _first;
}

/// <summary><c>struct label_set</c> of cpu.bpf.h.</summary>
[StructLayout(LayoutKind.Sequential)]
struct CpuLabelSet
{
    public ulong Count;
    public CpuLabelBytes Bytes;

    const int KeyAt = 8, ValueAt = KeyAt + KeyRoom, KeyRoom = 32, ValueRoom = 96;

    /// <summary>The labels, sorted by key; a text that was cut ends in an ellipsis.</summary>
    public readonly GoroutineLabel[] ToLabels()
    {
        ReadOnlySpan<byte> bytes = Bytes;
        var labels = new List<GoroutineLabel>();
        for (int i = 0; i < (int)Math.Min(Count, CpuLabelBytes.Labels); i++)
        {
            ReadOnlySpan<byte> label = bytes.Slice(i * CpuLabelBytes.LabelLength, CpuLabelBytes.LabelLength);
            labels.Add(new GoroutineLabel(
                Text(label.Slice(KeyAt, KeyRoom), MemoryMarshal.Read<ushort>(label)),
                Text(label.Slice(ValueAt, ValueRoom), MemoryMarshal.Read<ushort>(label[2..]))));
        }
        labels.Sort(static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        return [.. labels];
    }

    private static string Text(ReadOnlySpan<byte> room, int length) =>
        length <= room.Length ? Encoding.UTF8.GetString(room[..length]) : Encoding.UTF8.GetString(room) + "…";
}

/// <summary>The labels of a set as bytes.</summary>
[InlineArray(Labels * LabelLength)]
struct CpuLabelBytes
{
    public const int Labels = 8;
    public const int LabelLength = 8 + 32 + 96;
    byte _first;
}
