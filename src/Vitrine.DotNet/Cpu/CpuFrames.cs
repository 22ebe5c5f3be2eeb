using Vitrine.DotNet.Methods;

namespace Vitrine.DotNet.Cpu;

/// <summary>Makes locations of the frames of CPU stacks, with a frame that says so where callers are missing.</summary>
static class CpuFrames
{
    /// <summary>The locations of a stack, leaf first, added to <paramref name="locations"/>.</summary>
    public static void Write(FrameWriter writer, ReadOnlySpan<ulong> frames, StackEnd end, List<int> locations)
    {
        // Callers are addresses inside of their calls already: each leads to its own function and line.
        foreach (var frame in frames)
            locations.Add(writer.Location(frame, isReturnAddress: false));
        var missing = end switch
        {
            StackEnd.Bottom => frames.IsEmpty ? "(no stack)" : "",
            StackEnd.NotCopied => "(callers not known: the stack goes on beyond what was copied)",
            StackEnd.TooDeep => "(callers left out: the stack is deeper than what is kept)",
            StackEnd.NotSeen => "(native thread: the runtime's sampler does not see it)",
            StackEnd.NoRules => "(caller not known: code without unwinding rules)",
            _ => "(caller not known: a frame that leads to none)",
        };
        if (missing.Length > 0) locations.Add(writer.Named(missing));
    }
}
