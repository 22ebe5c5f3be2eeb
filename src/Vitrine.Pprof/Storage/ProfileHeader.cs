namespace Vitrine.Pprof.Storage;

/// <summary>The fields of a profile that are not tables.</summary>
internal sealed record ProfileHeader
{
    public required IReadOnlyList<SampleType> SampleTypes { get; init; }
    public string DefaultSampleType { get; init; } = "";
    public SampleType? PeriodType { get; init; }
    public long Period { get; init; }
    public long TimeNanos { get; init; }
    public long DurationNanos { get; init; }
    public string DropFrames { get; init; } = "";
    public string KeepFrames { get; init; } = "";
    public string DocUrl { get; init; } = "";
    public IReadOnlyList<string> Comments { get; init; } = [];
}
