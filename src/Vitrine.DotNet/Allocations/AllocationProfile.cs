using System.Globalization;
using Vitrine.DotNet.Methods;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Allocations;

/// <summary>Writes what was seen of allocations as a profile with the sample types of Go's heap profile.</summary>
static class AllocationProfile
{
    public const string AllocatedSpace = "alloc_space", InUseSpace = "inuse_space";

    /// <summary>The label with the type of the objects: <c>-tagfocus</c>, <c>-tagroot=type</c> and <c>-tagleaf=type</c> of pprof use it.</summary>
    public const string TypeLabel = "type";

    static readonly SampleType[] s_types = [new("alloc_objects", "count"), new(AllocatedSpace, "bytes"), new("inuse_objects", "count"), new(InUseSpace, "bytes")];

    /// <summary>The profile, with what its reader must know as comments.</summary>
    public static Profile Write(AllocationSnapshot snapshot, MethodMap methods, string defaultType, bool withTypes, IEnumerable<string> notes, CancellationToken cancellation)
    {
        var builder = new ProfileBuilder(s_types)
        {
            DefaultSampleType = defaultType,
            PeriodType = new("space", "bytes"),
            Period = SamplingRate.RuntimeMeanBytes,
            TimeNanos = ((snapshot.Since + snapshot.Watched) - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick,
            DurationNanos = (long)snapshot.Watched.TotalNanoseconds,
        };
        var frames = new FrameWriter(builder, methods);
        foreach (var row in snapshot.Rows)
        {
            cancellation.ThrowIfCancellationRequested();
            long[] values = [Whole(row.Allocated.Objects), Whole(row.Allocated.Bytes), Whole(row.InUse.Objects), Whole(row.InUse.Bytes)];
            if (values is [0, 0, 0, 0]) continue;
            var locations = row.Stack.Length > 0 ? frames.Locations(row.Stack) : [frames.Named("(no managed stack)")];
            ReadOnlySpan<Label> labels = withTypes && row.Type.Length > 0 ? [new(TypeLabel, row.Type), .. row.Labels] : row.Labels;
            builder.AddSample(locations, values, labels);
        }
        foreach (var note in notes)
            builder.Comments.Add(note);
        return Merge.Of([builder.Build()]);
    }

    /// <summary>What the reader of the profile must know of how it was obtained.</summary>
    public static IEnumerable<string> Notes(AllocationSnapshot snapshot)
    {
        var (allocated, inUse) = (default(Estimate), default(Estimate));
        foreach (var row in snapshot.Rows)
            (allocated, inUse) = (allocated + row.Allocated, inUse + row.InUse);
        yield return string.Create(CultureInfo.InvariantCulture,
            $"Estimated from {snapshot.Samples} sampled objects, in the mean one in {SamplingRate.RuntimeMeanBytes} allocated bytes: {Of(allocated)} allocated in {snapshot.Watched.TotalSeconds:0.#} s") +
            (snapshot.HasInUse ? $", {Of(inUse)} of it in use." : ".") + " The errors are standard errors of the totals; one site's are larger: 100 % of it divided by the square root of its samples, at most.";
        if (snapshot.LostEvents > 0)
            yield return $"The runtime dropped {snapshot.LostEvents} events because its buffer was full: what they said is missing.";
        if (snapshot.Indistinct > 0)
            yield return $"{snapshot.Indistinct} samples have no stack or type of their own: there are too many different ones.";
        foreach (var note in snapshot.LabelNotes) yield return note;
    }

    /// <summary>Why a look over a given time is shorter than it was meant to be, or not whole.</summary>
    /// <param name="isCutOff">Whether reading took more than it may.</param>
    /// <param name="budget">What it took.</param>
    /// <param name="options">What it may.</param>
    /// <param name="targetLives">Whether the process still ran at the end.</param>
    /// <param name="problem">What the recording says of itself; empty when all is well.</param>
    public static IEnumerable<string> EndNotes(bool isCutOff, ReaderBudget budget, AllocationOptions options, bool targetLives, string problem)
    {
        if (isCutOff) yield return $"The look ended early: {TooMuch(budget, options)}.";
        if (!targetLives) yield return "The look ended early: the process has exited; methods that it could not list have no name.";
        else if (problem.Length > 0) yield return $"The recording is not whole: {problem}.";
    }

    /// <summary>That reading took more than it may, as a clause.</summary>
    public static string TooMuch(ReaderBudget budget, AllocationOptions options) => string.Create(CultureInfo.InvariantCulture,
        $"reading the events took {budget.LastShare * 100:0} % of a core, and {options.MaximumShare * 100:0} % is the most that it may (AllocationOptions.MaximumShare)");

    /// <summary>An estimate with its error, as text.</summary>
    public static string Of(Estimate estimate) => string.Create(CultureInfo.InvariantCulture, $"{Megabytes(estimate.Bytes)} ± {estimate.RelativeError * 100:0.#} %");

    /// <summary>Bytes as text.</summary>
    public static string Megabytes(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");

    static long Whole(double value) => (long)Math.Round(Math.Min(value, 1e18));
}
