using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vitrine.Go.Probes.Latency;

/// <summary><c>struct config</c> of latency.bpf.c.</summary>
[StructLayout(LayoutKind.Sequential)]
struct LatencyConfig
{
    public uint Grouping;
    public uint Pad;
    public uint LabelLength;
    public uint LabelsAreList;
    public LabelKeyText LabelKey;
}

/// <summary>The bytes of a label's key (LABEL_KEY_BYTES).</summary>
[InlineArray(Length)]
struct LabelKeyText
{
    public const int Length = 32;

    byte first;
}

/// <summary><c>struct label_value</c> of labels.bpf.h.</summary>
[StructLayout(LayoutKind.Sequential)]
struct LabelValue
{
    public uint Length;
    public LabelValueText Text;
}

/// <summary>The bytes of a label's value (LABEL_VALUE_BYTES).</summary>
[InlineArray(Length)]
struct LabelValueText
{
    public const int Length = 64;

    byte first;
}

/// <summary><c>struct place</c>: where a call lies.</summary>
[StructLayout(LayoutKind.Sequential)]
readonly record struct CallPlace(ulong Stack, ulong Frame);

/// <summary><c>struct call</c>: a call under way.</summary>
[StructLayout(LayoutKind.Sequential)]
readonly record struct CallUnderWay(ulong Began, ulong Goroutine, ulong Group, ulong Outer);

/// <summary><c>struct innermost</c>: the innermost call of a goroutine.</summary>
[StructLayout(LayoutKind.Sequential)]
readonly record struct InnermostCall(ulong Frame, ulong Goroutine);

/// <summary><c>struct group_key</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
readonly record struct GroupKey(ulong Group, ulong Function);

/// <summary><c>struct totals</c>, of one processor.</summary>
[StructLayout(LayoutKind.Sequential)]
readonly record struct GroupTotals(ulong Count, ulong Sum, ulong Max, ulong InvertedMin);

/// <summary><c>struct bucket_key</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
readonly record struct BucketKey(ulong Group, uint Function, uint Bucket);
