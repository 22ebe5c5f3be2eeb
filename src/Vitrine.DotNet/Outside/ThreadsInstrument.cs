using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Outside;

/// <summary>The instrument <c>threads</c>: every thread of another .NET process with its stack, as a profile. See <see cref="ThreadDumper"/>.</summary>
public sealed class ThreadsInstrument(ThreadDumpOptions? options = null) : IProfileInstrument
{
    /// <inheritdoc/>
    public string Name => "threads";

    /// <inheritdoc/>
    public string Description => "every thread with its stack, managed and native";

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Reads;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) =>
        target is DotNetTarget ? Availability.Unsure("the kernel decides: it needs BPF") : Availability.No("it looks at other processes, from outside");

    /// <inheritdoc/>
    public Look<Profile> Collect(ITarget target, CancellationToken cancellation)
    {
        if (target is not DotNetTarget dotnet)
            throw new InstrumentUnavailableException("Threads are seen from outside of another .NET process only.");
        var dump = ThreadDumper.Dump(dotnet, options, cancellation);
        return new(ProfileOf(dump), dump.CapturedAt, dump.Duration, dump.Consistency, dump.Notes);
    }

    /// <summary>The threads as a profile: one for each, with its name, what it does and what it waits in as labels.</summary>
    public static Profile ProfileOf(ThreadDump dump)
    {
        ArgumentNullException.ThrowIfNull(dump);
        var type = new SampleType("threads", "count");
        var builder = new ProfileBuilder(type) { PeriodType = type, Period = 1, TimeNanos = (dump.CapturedAt - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick };
        foreach (var note in dump.Notes)
            builder.Comments.Add(note);
        var locations = new List<int>();
        foreach (var thread in dump.Threads)
        {
            locations.Clear();
            foreach (var frame in thread.Frames)
                locations.Add(builder.Location(-1, 0, [new Line(builder.Function(frame.Name, frame.RawName, frame.File), frame.Line)]));
            if (thread.NoStackReason.Length > 0)
                locations.Add(builder.Location(-1, 0, [new Line(builder.Function($"(no stack: {thread.Activity.ToString().ToLowerInvariant()})"), 0)]));
            else if (!thread.End.IsBottom)
                locations.Add(builder.Location(-1, 0, [new Line(builder.Function($"(truncated: {thread.End.Reason})"), 0)]));
            List<Label> labels = [new("activity", thread.Activity.ToString().ToLowerInvariant()), new("thread", thread.Name)];
            if (thread.WaitsIn.Length > 0)
                labels.Add(new("wait", thread.WaitsIn));
            builder.AddSample([.. locations], [1], [.. labels]);
        }
        return builder.Build();
    }
}
