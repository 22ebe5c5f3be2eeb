using Vitrine.Instruments;

namespace Vitrine.DotNet.Gc;

/// <summary>The collections of a span of time.</summary>
/// <param name="StartedAt">When the recording began, by the viewer's clock.</param>
/// <param name="Watched">How long it took.</param>
/// <param name="Collections">Every collection, in the order in which they ended.</param>
/// <param name="OtherSuspensions">How often the runtime stopped its threads for something other than a collection, such as a sample of their stacks.</param>
/// <param name="OtherSuspended">For how long it stopped them for that.</param>
/// <param name="Lost">Events that happened and are not in it; the notes say why.</param>
/// <param name="Cost">What watching cost whom, as a clause.</param>
/// <param name="Notes">What the reader must know to read it right, each a full sentence.</param>
public sealed record GcRecording(
    DateTimeOffset StartedAt, TimeSpan Watched, IReadOnlyList<GcCollection> Collections, int OtherSuspensions, TimeSpan OtherSuspended, long Lost, string Cost, IReadOnlyList<string> Notes)
{
    /// <summary>For how long the program stood still for collections.</summary>
    public TimeSpan PauseTotal => Collections.Aggregate(TimeSpan.Zero, static (sum, one) => sum + one.PauseTotal);

    /// <summary>The longest single pause; unknown when there was none.</summary>
    public Known<TimeSpan> LongestPause => Collections.SelectMany(static one => one.Pauses).Select(static one => (TimeSpan?)one.Duration).Max() is { } longest
        ? Known<TimeSpan>.Of(longest, Provenance.Read("the runtime's GC events"))
        : Known<TimeSpan>.Unknown("there was no collection");
}
