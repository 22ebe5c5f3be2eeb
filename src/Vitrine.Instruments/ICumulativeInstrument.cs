namespace Vitrine.Instruments;

/// <summary>
/// A profile that grows since something began to watch, as Go's <c>heap</c>, <c>allocs</c> and <c>mutex</c>: two looks subtracted are what happened between them. While nothing watches, there is nothing to look at,
/// and what also is an <see cref="IProfileRecorder"/> can record over a time all the same.
/// </summary>
public interface ICumulativeInstrument : IProfileInstrument
{
    /// <summary>Whether something watches this target now, so that looks grow.</summary>
    bool IsGrowing(ITarget target);
}
