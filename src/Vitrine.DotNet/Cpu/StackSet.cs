using System.Runtime.InteropServices;

namespace Vitrine.DotNet.Cpu;

/// <summary>Different stacks, each once, by number. Bounded: what does not fit is one and the same, which is empty.</summary>
sealed class StackSet(int maximumFrames)
{
    readonly List<ulong> _frames = [];
    readonly List<(int First, int Count)> _stacks = [(0, 0)];
    readonly Dictionary<int, List<int>> _byHash = [];

    /// <summary>Stacks that did not fit, each time that one was asked for.</summary>
    public long LeftOut { get; private set; }

    public ReadOnlySpan<ulong> this[int index] => CollectionsMarshal.AsSpan(_frames).Slice(_stacks[index].First, _stacks[index].Count);

    public int IndexOf(ReadOnlySpan<ulong> frames)
    {
        var hash = new HashCode();
        hash.AddBytes(MemoryMarshal.AsBytes(frames));
        ref var same = ref CollectionsMarshal.GetValueRefOrAddDefault(_byHash, hash.ToHashCode(), out _);
        foreach (var index in same ??= new(1))
            if (this[index].SequenceEqual(frames))
                return index;
        if (_frames.Count + frames.Length > maximumFrames)
        {
            LeftOut++;
            return 0;
        }
        _stacks.Add((_frames.Count, frames.Length));
        _frames.AddRange(frames);
        same.Add(_stacks.Count - 1);
        return _stacks.Count - 1;
    }
}
