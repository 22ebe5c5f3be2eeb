using Vitrine.Pprof.Storage;

namespace Vitrine.Pprof;

/// <summary>
/// Stacks with values, as pprof's profile.proto defines them
/// (https://github.com/google/pprof/blob/main/proto/profile.proto). Immutable: every operation makes a new profile and shares the tables it did not change.
/// <para>
/// Everything is addressed by 0-based index. The ids of the wire format exist only inside the reader and the writer.
/// <see cref="Sample"/>, <see cref="Location"/>, <see cref="Function"/>, <see cref="Mapping"/> are views over the tables and cost nothing to create.
/// Safe to read from several threads.
/// </para>
/// </summary>
public sealed class Profile
{
    internal Profile(ProfileHeader header, ProfileTables tables)
    {
        Header = header;
        Tables = tables;
    }

    internal ProfileHeader Header { get; }

    internal ProfileTables Tables { get; }

    /// <summary>What each value of a sample means; <see cref="Sample.Values"/> has as many entries.</summary>
    public IReadOnlyList<SampleType> SampleTypes => Header.SampleTypes;

    /// <summary>The type a viewer should show first; empty = the last one, by pprof's convention.</summary>
    public string DefaultSampleType => Header.DefaultSampleType;

    /// <summary>What <see cref="Period"/> counts, or null when the producer did not say.</summary>
    public SampleType? PeriodType => Header.PeriodType;

    /// <summary>Events (of <see cref="PeriodType"/>) between two samples; 0 = not known.</summary>
    public long Period => Header.Period;

    /// <summary>When the profile was taken: nanoseconds since 1970-01-01 UTC; 0 = not known.</summary>
    public long TimeNanos => Header.TimeNanos;

    /// <summary>How long it was collected for, in nanoseconds; 0 = not known, or a snapshot.</summary>
    public long DurationNanos => Header.DurationNanos;

    /// <summary>Regular expression of frames that viewers leave out, with everything they call; empty = none.</summary>
    public string DropFrames => Header.DropFrames;

    /// <summary>Regular expression of frames that are kept although <see cref="DropFrames"/> matches; empty = none.</summary>
    public string KeepFrames => Header.KeepFrames;

    /// <summary>Where the reader finds documentation of the profile; empty = nowhere.</summary>
    public string DocUrl => Header.DocUrl;

    /// <summary>Free text lines attached by producers.</summary>
    public IReadOnlyList<string> Comments => Header.Comments;

    /// <summary>The samples in file order.</summary>
    public SampleList Samples => new(this);

    /// <summary>The unique stacks that samples refer to by <see cref="Sample.StackIndex"/>.</summary>
    public StackList Stacks => new(this);

    /// <summary>The unique label sets that samples refer to by <see cref="Sample.LabelSetIndex"/>; index 0 is the empty one.</summary>
    public LabelSetList LabelSets => new(this);

    /// <summary>The code locations that stacks consist of.</summary>
    public LocationList Locations => new(this);

    /// <summary>The functions that lines refer to.</summary>
    public FunctionList Functions => new(this);

    /// <summary>The mapped binaries that locations lie in.</summary>
    public MappingList Mappings => new(this);

    /// <summary>The functions on a sample's stack, leaf first, inlined calls included. Locations without symbols give nothing.</summary>
    public IEnumerable<Function> FunctionsOf(Sample sample)
    {
        for (var frame = 0; frame < sample.LocationIndexes.Length; frame++)
        {
            var location = Locations[sample.LocationIndexes[frame]];
            for (var line = 0; line < location.LineCount; line++)
                yield return Functions[location.Line(line).Function];
        }
    }

    /// <summary>The index of the sample type with this name, or −1.</summary>
    public int SampleTypeIndex(string type)
    {
        for (var i = 0; i < SampleTypes.Count; i++)
            if (SampleTypes[i].Type == type)
                return i;
        return -1;
    }

    /// <summary>The index of the value a viewer shows first: <see cref="DefaultSampleType"/> if it names one, else the last, as <c>go tool pprof</c> does; −1 without sample types.</summary>
    public int DefaultSampleTypeIndex => SampleTypeIndex(DefaultSampleType) is >= 0 and var index ? index : SampleTypes.Count - 1;

    /// <summary>The same profile with another time and duration: for one that was computed from others, as a difference is.</summary>
    /// <param name="timeNanos">When it was taken: nanoseconds since 1970-01-01 UTC; 0 = not known.</param>
    /// <param name="durationNanos">The time it covers, in nanoseconds; 0 = not known, or a snapshot.</param>
    public Profile WithTime(long timeNanos, long durationNanos) => new(Header with { TimeNanos = timeNanos, DurationNanos = durationNanos }, Tables);

    /// <summary>The same profile with other comments: for one that was added up from many, whose comments were each about its own part.</summary>
    public Profile WithComments(IReadOnlyList<string> comments)
    {
        ArgumentNullException.ThrowIfNull(comments);
        return new(Header with { Comments = [.. comments] }, Tables);
    }
}
