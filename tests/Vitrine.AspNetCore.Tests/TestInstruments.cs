using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.AspNetCore.Tests;

/// <summary>An instrument for tests: what it gives is made up.</summary>
abstract class TestInstrument(string name) : IInstrument
{
    public string Name => name;

    public string Description => $"made up <{name}>";

    public Disturbance Disturbance => Disturbance.None;

    public Availability Available { get; set; } = Availability.Yes;

    public Availability AvailableFor(ITarget target) => Available;

    protected static Look<Profile> LookOf(Profile profile) => new(profile, DateTimeOffset.UtcNow, TimeSpan.Zero, new(), []);

    public static Profile ProfileOf(string type, string unit, params (string Function, long Value)[] samples)
    {
        var builder = new ProfileBuilder(new SampleType(type, unit));
        foreach (var (function, value) in samples)
        {
            var location = builder.Location(-1, 0, [new Line(builder.Function(function, file: function + ".cs"), 7)]);
            builder.AddSample([location], [value]);
        }
        return builder.Build();
    }
}

/// <summary>Grows by one <c>Leak</c> each time it is looked at.</summary>
sealed class GrowingProfile(string name) : TestInstrument(name), IProfileInstrument
{
    long _leaks;

    public Look<Profile> Collect(ITarget target, CancellationToken cancellation) =>
        LookOf(ProfileOf(Name, "count", ("Steady", 5), ("Leak", Interlocked.Increment(ref _leaks))));
}

/// <summary>Watches until its time is over or it is stopped, and says which.</summary>
sealed class TestRecorder(string name) : TestInstrument(name), IRatedRecorder
{
    public SemaphoreSlim Started { get; } = new(0);

    public TaskCompletionSource<bool> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<int> Rates => [19, 99];

    public TimeSpan? Asked { get; private set; }

    public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop) => Record(target, duration, 99, stop);

    public Recording Record(ITarget target, TimeSpan duration, int rate, CancellationToken stop)
    {
        Asked = duration;
        Started.Release();
        var stopped = stop.WaitHandle.WaitOne(duration);
        Ended.TrySetResult(stopped);
        return new(LookOf(ProfileOf("cpu", "nanoseconds", ("Hot", rate), (stopped ? "Stopped" : "Whole", 1))), 1, 0, "none");
    }
}

/// <summary>A file that is too large for comfort.</summary>
sealed class TestFileRecorder(string name) : TestInstrument(name), IFileRecorder
{
    public string MediaType => "application/x-test";

    public string FileExtension => ".test";

    public FileRecording Record(ITarget target, TimeSpan duration, Stream output, CancellationToken stop)
    {
        output.Write("begin "u8);
        if (duration == TimeSpan.FromSeconds(0.25)) throw new InstrumentUnavailableException("the disk of the test is full.", "Empty it.");
        stop.WaitHandle.WaitOne(duration);
        output.Write("end"u8);
        return new(9, duration, Known<long>.Of(0, default), []);
    }
}

/// <summary>Figures, of which one is unknown.</summary>
sealed class TestFigures(string name) : TestInstrument(name), IMeasurementInstrument
{
    public Look<IReadOnlyList<Measurement>> Collect(ITarget target, CancellationToken cancellation) => new(
        [
            new("test.size", "By", MeasurementKind.Gauge, Known<double>.Of(42, Provenance.Read("the test")), [new("colour", "blue")]),
            new("test.missing", "1", MeasurementKind.Gauge, Known<double>.Unknown("nobody looked"), []),
        ], DateTimeOffset.UtcNow, TimeSpan.Zero, new(), ["A note."]);
}

/// <summary>Three events, then silence.</summary>
sealed class TestEvents(string name) : TestInstrument(name), IEventInstrument
{
    public async IAsyncEnumerable<InstrumentEvent> Watch(ITarget target, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var i = 0; i < 3; i++)
            yield return new("test.event", DateTimeOffset.UnixEpoch, TimeSpan.FromMilliseconds(i), [], Provenance.Read("the test"));
        await Task.Delay(Timeout.Infinite, cancellation);
    }
}

/// <summary>A profile with a full text of its own.</summary>
sealed class TestDump(string name) : TestInstrument(name), IProfileInstrument, ITextInstrument
{
    public Look<Profile> Collect(ITarget target, CancellationToken cancellation) => LookOf(ProfileOf(Name, "count", ("Main", 1)));

    public void WriteText(ITarget target, TextWriter output, CancellationToken cancellation) => output.Write("thread 1 [running]:\nMain(...)\n");
}
