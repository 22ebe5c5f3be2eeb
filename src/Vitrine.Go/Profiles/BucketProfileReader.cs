using System.Diagnostics;
using Vitrine.Go.Binary;
using Vitrine.Go.Memory;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;
using Vitrine.Pprof;

namespace Vitrine.Go.Profiles;

/// <summary>
/// Reads the profiles that the runtime keeps itself (heap, allocs, block, mutex) and gives them the form runtime/pprof would.
/// <para>1. Is the profile on in the process? If not: say so, with the reason; an empty profile would claim that nothing was allocated or blocked.</para>
/// <para>2. Walk the list of buckets (<see cref="BucketWalker"/>).</para>
/// <para>3. Read the counters until they agree, all within one cycle of the heap profile.</para>
/// <para>4. Publish in thought what the runtime has not published yet (<see cref="HeapCycles"/>), scale, and build the profile.</para>
/// </summary>
sealed class BucketProfileReader
{
    const int DefaultDepth = 128;
    const int MaxDepth = 1024;

    readonly RuntimeView _view;
    readonly FunctionTable _functions;
    readonly ulong _bias;
    readonly IReadOnlyList<MemoryMap> _maps;
    readonly string _buildId;

    /// <summary>Prepares the reader.</summary>
    public BucketProfileReader(RuntimeView view, FunctionTable functions, ulong bias, IReadOnlyList<MemoryMap> maps, string buildId)
    {
        _view = view;
        _functions = functions;
        _bias = bias;
        _maps = maps;
        _buildId = buildId;
    }

    /// <summary>Reads a profile.</summary>
    /// <exception cref="InstrumentUnavailableException">The profile is off in the process, or where it is kept is not known.</exception>
    public Look<Profile> Collect(BucketProfileKind kind, BucketProfileOptions options, CancellationToken cancellation)
    {
        DateTimeOffset capturedAt = DateTimeOffset.UtcNow;
        long started = Stopwatch.GetTimestamp();
        var notes = new List<string>();

        // 1. On or off.
        ulong head = BucketSwitch.HeadOf(_view, _functions, kind, notes);

        // 2. The buckets.
        BucketListKind list = kind switch
        {
            BucketProfileKind.Block => BucketListKind.Block,
            BucketProfileKind.Mutex => BucketListKind.Mutex,
            _ => BucketListKind.Memory,
        };
        var walker = new BucketWalker(_view, list);
        walker.Walk(head, options.MaxBuckets, cancellation);
        if (walker.CutBecause.Length > 0)
            notes.Add($"The list of buckets is cut after {walker.Buckets.Count}: {walker.CutBecause}.");

        // 3. The counters, twice.
        long settled = Stopwatch.GetTimestamp();
        HeapCycles? cycles = list == BucketListKind.Memory ? HeapCycles.Settle(_view, walker, options, notes, cancellation) : null;
        if (cycles is null)
            walker.Settle(options.MaxAttempts, cancellation);
        TimeSpan skew = Stopwatch.GetElapsedTime(settled);

        // 4. The profile.
        Profile profile = list == BucketListKind.Memory
            ? BuildHeap(kind, walker.Buckets, cycles!, options, capturedAt, notes)
            : BuildContention(kind, walker.Buckets, capturedAt, notes);
        int torn = walker.Buckets.Count(b => !b.IsStable);
        if (torn > 0)
            notes.Add($"{torn} of {walker.Buckets.Count} buckets changed at every reading; their figures are the last ones read.");
        var consistency = new Consistency
        {
            Total = walker.Buckets.Count,
            Accepted = walker.Buckets.Count - torn,
            Retried = walker.Retried,
            Torn = torn,
            SkewMs = skew.TotalMilliseconds,
        };
        return new Look<Profile>(profile, capturedAt, Stopwatch.GetElapsedTime(started), consistency, notes);
    }

    Profile BuildHeap(
        BucketProfileKind kind, List<ProfileBucket> buckets, HeapCycles cycles, BucketProfileOptions options, DateTimeOffset capturedAt, List<string> notes)
    {
        long rate = _view.ReadScalar("runtime.MemProfileRate", 8).TryGet(out ulong known) ? (long)known : 0;
        var builder = new ProfileBuilder(
            new SampleType("alloc_objects", "count"), new SampleType("alloc_space", "bytes"),
            new SampleType("inuse_objects", "count"), new SampleType("inuse_space", "bytes"))
        {
            PeriodType = new SampleType("space", "bytes"),
            Period = rate,
            DefaultSampleType = kind == BucketProfileKind.Allocs ? "alloc_space" : "",
            TimeNanos = UnixNanos(capturedAt),
        };
        PprofStacks stacks = StacksFor(builder);
        var locations = new List<int>();
        Span<long> values = stackalloc long[4];
        foreach (ProfileBucket bucket in buckets)
        {
            HeapCounts counts = cycles.Publish(bucket, options.Fresh);
            (values[0], values[1]) = counts.ScaleAllocated(rate);
            (values[2], values[3]) = counts.ScaleInUse(rate);
            locations.Clear();
            stacks.AppendAllocation(bucket.Stack, locations);
            long size = counts.LabelSize;
            Label[] labels = size != 0 ? [new Label("bytes", null, size)] : [];
            builder.AddSample(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(locations), values, labels);
        }
        if (options.Fresh)
            notes.Add("In-use figures include allocations the runtime has not published yet; what died since the last collection still counts, so they are upper bounds.");
        AddComments(builder, notes);
        return builder.Build();
    }

    Profile BuildContention(BucketProfileKind kind, List<ProfileBucket> buckets, DateTimeOffset capturedAt, List<string> notes)
    {
        ContentionScale scale = ContentionScale.Of(_view, kind, notes);
        var builder = new ProfileBuilder(new SampleType("contentions", "count"), new SampleType("delay", "nanoseconds"))
        {
            PeriodType = new SampleType("contentions", "count"),
            Period = 1,
            TimeNanos = UnixNanos(capturedAt),
        };
        PprofStacks stacks = StacksFor(builder);
        var locations = new List<int>();
        Span<long> values = stackalloc long[2];
        int depth = buckets.Exists(b => b.Stack.Length > DefaultDepth + 16) ? MaxDepth : DefaultDepth;
        foreach (ProfileBucket bucket in buckets.OrderByDescending(b => (long)b.Word(1)))
        {
            (values[0], values[1]) = scale.Apply(BitConverter.UInt64BitsToDouble(bucket.Word(0)), (long)bucket.Word(1));
            locations.Clear();
            stacks.AppendContention(bucket.Stack, depth, locations);
            builder.AddSample(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(locations), values);
        }
        AddComments(builder, notes);
        return builder.Build();
    }

    PprofStacks StacksFor(ProfileBuilder builder) =>
        new(_functions, _view.Version, _bias, builder, new ExecutableMappings(_maps, _buildId, builder).IndexOf);

    static void AddComments(ProfileBuilder builder, List<string> notes)
    {
        foreach (string note in notes)
            builder.Comments.Add(note);
    }

    static long UnixNanos(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks * 100;
}
