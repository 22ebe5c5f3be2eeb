using Vitrine.Go.Binary;
using Vitrine.Linux.Kernel;

namespace Vitrine.Go.Probes.Stacks;

/// <summary>Reads the stacks that probes took, and names their frames. Each stack is read and named once. Not thread-safe.</summary>
/// <param name="target">The process.</param>
/// <param name="stacks">The map <c>stacks</c> of stacks.bpf.h.</param>
public sealed class ProbeStacks(GoTarget target, BpfMap stacks)
{
    private readonly Dictionary<StackKey, ulong[]> _pcs = [];
    private readonly Dictionary<StackKey, IReadOnlyList<SourceFrame>> _frames = [];
    private readonly byte[] _buffer = new byte[stacks.LookupSize];

    /// <summary>The program counters, as the process has them, the probed function first; empty when the stack was not taken.</summary>
    public ReadOnlySpan<ulong> Pcs(in StackKey key)
    {
        if (_pcs.TryGetValue(key, out ulong[]? known))
            return known;
        ulong[] read = Read(key);
        _pcs[key] = read;
        return read;
    }

    /// <summary>The frames, inlined ones too, the probed function first; empty when the stack was not taken.</summary>
    public IReadOnlyList<SourceFrame> Frames(in StackKey key)
    {
        if (_frames.TryGetValue(key, out IReadOnlyList<SourceFrame>? known))
            return known;
        IReadOnlyList<SourceFrame> frames = StackFrames.Name(target, Pcs(key));
        _frames[key] = frames;
        return frames;
    }

    private ulong[] Read(in StackKey key)
    {
        if (key.Id < 0 || !stacks.TryLookup((uint)key.Id, _buffer))
            return key.Caller == 0 ? [] : [key.Caller];
        ReadOnlySpan<ulong> words = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(_buffer);
        int depth = words.IndexOf(0UL);
        ReadOnlySpan<ulong> found = depth < 0 ? words : words[..depth];

        // The probed instruction was left out to get another hash: no function is at 0, but the caller is where callers are.
        if (key.Skipped > 0)
            found = (ulong[])[0, .. found];
        return StackFrames.WithCaller(found, key.Caller);
    }
}
