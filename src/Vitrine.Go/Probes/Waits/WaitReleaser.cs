using Vitrine.Go.Binary;

namespace Vitrine.Go.Probes.Waits;

/// <summary>Who ended the waits of a row.</summary>
/// <param name="By">A goroutine, a timer, the poller, or not known.</param>
/// <param name="Frames">Its stack, innermost first, without the runtime's part; empty when it is no goroutine, or when its stack could not be taken.</param>
/// <param name="Count">Waits it ended.</param>
/// <param name="Total">How long they took.</param>
public sealed record WaitReleaser(WaitReleasedBy By, IReadOnlyList<SourceFrame> Frames, long Count, TimeSpan Total);
