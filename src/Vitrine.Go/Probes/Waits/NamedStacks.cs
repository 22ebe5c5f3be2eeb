using Vitrine.Go.Binary;
using Vitrine.Go.Probes.Stacks;

namespace Vitrine.Go.Probes.Waits;

/// <summary>The stacks of a look by the names of their functions, each named once.</summary>
internal sealed class NamedStacks(ProbeStacks stacks)
{
    private readonly Dictionary<StackKey, Named> _known = [];

    /// <summary>A stack: all functions, the frames that a reader wants to see, and whether the runtime's own goroutine had it.</summary>
    internal sealed record Named(IReadOnlyList<string> Names, IReadOnlyList<SourceFrame> Visible, string Identity, bool IsSystem);

    public Named this[in StackKey key]
    {
        get
        {
            if (_known.TryGetValue(key, out Named? known))
                return known;
            IReadOnlyList<SourceFrame> frames = stacks.Frames(key);
            string[] names = [.. frames.Select(frame => frame.Function)];
            int start = WaitFrames.VisibleStart(names);
            int end = names.Length > 0 && names[^1] == "runtime.goexit" ? names.Length - 1 : names.Length;
            SourceFrame[] visible = start < end ? [.. frames.Skip(start).Take(end - start)] : [.. frames];
            string identity = string.Join('\n', visible.Select(frame => FormattableString.Invariant($"{frame.Function} {frame.File}:{frame.Line}")));
            return _known[key] = new Named(names, visible, identity, WaitFrames.IsSystem(names));
        }
    }

    /// <summary>Program counters, the probed function first.</summary>
    public ReadOnlySpan<ulong> Pcs(in StackKey key) => stacks.Pcs(key);
}
