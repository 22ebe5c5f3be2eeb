using System.Runtime.InteropServices;

namespace Vitrine.DotNet.Cpu;

/// <summary>Why a stack ends where it does, when it is not the bottom.</summary>
enum StackEnd
{
    /// <summary>The bottom.</summary>
    Bottom,

    /// <summary>The stack goes on beyond the bytes that were copied, in code without frame pointers.</summary>
    NotCopied,

    /// <summary>More frames than are kept.</summary>
    TooDeep,

    /// <summary>Code that says nothing of its caller.</summary>
    NoRules,

    /// <summary>The sampler does not see the thread.</summary>
    NotSeen,

    /// <summary>The frame does not lead to a caller.</summary>
    NoCaller,
}

/// <summary>Samples of one place: the same stack, thread and work.</summary>
/// <param name="FirstFrame">Where its frames begin in <see cref="CpuStackTable.Frames"/>.</param>
/// <param name="FrameCount">How many there are.</param>
/// <param name="KernelFrames">How many of them, from the leaf, are in the kernel.</param>
/// <param name="End">Why the stack ends.</param>
/// <param name="ThreadId">The thread.</param>
/// <param name="Context">Index of what it worked for.</param>
readonly record struct CpuStack(int FirstFrame, int FrameCount, int KernelFrames, StackEnd End, int ThreadId, int Context);

/// <summary>Counts samples by place, in bounded memory.</summary>
sealed class CpuStackTable(int maximumFrames)
{
    const int Empty = -1;

    readonly List<ulong> _frames = [];
    readonly List<(CpuStack Stack, long Samples, double Nanoseconds, int Next)> _rows = [];
    int[] _heads = NewHeads(1024);

    /// <summary>Samples that were counted.</summary>
    public long Samples { get; private set; }

    /// <summary>Samples that were not kept because there were too many different stacks.</summary>
    public long Dropped { get; private set; }

    public int Count => _rows.Count;

    public (CpuStack Stack, long Samples, double Nanoseconds) this[int index] => (_rows[index].Stack, _rows[index].Samples, _rows[index].Nanoseconds);

    /// <summary>The frames of a stack, leaf first: instructions, and for callers an address inside of their call.</summary>
    public ReadOnlySpan<ulong> Frames(in CpuStack stack) => CollectionsMarshal.AsSpan(_frames).Slice(stack.FirstFrame, stack.FrameCount);

    /// <summary>Counts one sample, which stands for some processor time.</summary>
    public void Add(ReadOnlySpan<ulong> frames, int kernelFrames, StackEnd end, int threadId, int context, double nanoseconds, int samples = 1)
    {
        var hash = new HashCode();
        hash.AddBytes(MemoryMarshal.AsBytes(frames));
        hash.Add(threadId);
        hash.Add(context);
        hash.Add(end);
        var code = hash.ToHashCode();
        for (var i = _heads[code & (_heads.Length - 1)]; i != Empty; i = _rows[i].Next)
        {
            ref var row = ref CollectionsMarshal.AsSpan(_rows)[i];
            if (row.Stack.ThreadId != threadId || row.Stack.Context != context || row.Stack.End != end || row.Stack.KernelFrames != kernelFrames || !Frames(row.Stack).SequenceEqual(frames)) continue;
            row.Samples += samples;
            row.Nanoseconds += nanoseconds;
            Samples += samples;
            return;
        }
        if (_frames.Count + frames.Length > maximumFrames)
        {
            Dropped += samples;
            return;
        }
        Samples += samples;
        var stack = new CpuStack(_frames.Count, frames.Length, kernelFrames, end, threadId, context);
        _frames.AddRange(frames);
        _rows.Add((stack, samples, nanoseconds, _heads[code & (_heads.Length - 1)]));
        _hashes.Add(code);
        _heads[code & (_heads.Length - 1)] = _rows.Count - 1;
        if (_rows.Count > _heads.Length) Rehash();
    }

    readonly List<int> _hashes = [];

    void Rehash()
    {
        _heads = NewHeads(_heads.Length * 4);
        var rows = CollectionsMarshal.AsSpan(_rows);
        for (var i = 0; i < rows.Length; i++)
        {
            ref var head = ref _heads[_hashes[i] & (_heads.Length - 1)];
            rows[i].Next = head;
            head = i;
        }
    }

    static int[] NewHeads(int length)
    {
        var heads = new int[length];
        Array.Fill(heads, Empty);
        return heads;
    }
}
