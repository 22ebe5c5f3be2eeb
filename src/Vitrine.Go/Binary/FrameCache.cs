namespace Vitrine.Go.Binary;

/// <summary>
/// Answers "which function, which frame size" for program counters at the rate a stack walker asks: an open-addressing table from pc
/// to <see cref="FrameInfo"/>. One per walking thread (not thread-safe), no allocation once it has grown to its bound.
/// </summary>
public sealed class FrameCache
{
    /// <summary>Creates a cache over <paramref name="functions"/>.</summary>
    public FrameCache(FunctionTable functions) => Functions = functions;

    /// <summary>The table the answers come from.</summary>
    public FunctionTable Functions { get; }

    /// <summary>Looks up the frame of a link-time <paramref name="pc"/>; false when it is in no Go function.</summary>
    public bool TryGet(ulong pc, out FrameInfo frame) => throw new GoBinaryException("not yet");
}
