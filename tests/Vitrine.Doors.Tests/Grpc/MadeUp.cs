using System.Diagnostics.CodeAnalysis;
using Vitrine.Doors.Looks;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.Doors.Tests.Grpc;

/// <summary>A service with instruments that always see the same.</summary>
sealed class MadeUpService(string name, params IReadOnlyList<IInstrument> instruments) : IShownService
{
    public string Name => name;

    public IReadOnlyCollection<IInstrument> Instruments => instruments;

    public bool TryGet(string name, [MaybeNullWhen(false)] out IInstrument instrument) => (instrument = instruments.FirstOrDefault(one => one.Name == name)) is not null;

    public long? CountOf(IInstrument instrument) => instrument.Name == "heap" ? 3 : null;

    public ITarget Open() => new Target();

    sealed class Target : ITarget
    {
        public int Pid => 4711;

        public RuntimeKind Runtime => RuntimeKind.DotNet;

        public string RuntimeVersion => "10.0.0";

        public string Name => "made-up";
    }
}

abstract class MadeUp(string name) : IInstrument
{
    public string Name => name;

    public string Description => $"made up {name}";

    public Disturbance Disturbance => Disturbance.None;

    public Availability Available { get; init; } = Availability.Yes;

    public Availability AvailableFor(ITarget target) => Available;

    protected static Look<Profile> LookOf(Profile profile) => new(profile, DateTimeOffset.UnixEpoch, TimeSpan.Zero, new(), []);

    /// <summary>A profile with that many functions, whose names do not compress.</summary>
    protected static Profile ProfileOf(string type, string unit, int functions)
    {
        var random = new Random(23);
        var bytes = new byte[24];
        var builder = new ProfileBuilder(new SampleType(type, unit));
        for (var i = 0; i < functions; i++)
        {
            random.NextBytes(bytes);
            var location = builder.Location(-1, 0, [new Line(builder.Function($"main.f{Convert.ToBase64String(bytes)}", file: "main.go"), 7)]);
            builder.AddSample([location], [i + 1]);
        }
        return builder.Build();
    }
}

/// <summary>What is there now.</summary>
sealed class MadeUpProfile(string name, int functions) : MadeUp(name), IProfileInstrument
{
    public Func<Exception?> Fault { get; init; } = static () => null;

    public string? Comment { get; init; }

    public Look<Profile> Collect(ITarget target, CancellationToken cancellation)
    {
        if (Fault() is { } fault) throw fault;
        var profile = ProfileOf("inuse_space", "bytes", functions);
        return LookOf(Comment is null ? profile : profile.WithComments([Comment]));
    }
}

/// <summary>Watches until its time is over or it is stopped.</summary>
sealed class MadeUpRecorder(string name) : MadeUp(name), IProfileRecorder
{
    public SemaphoreSlim Started { get; } = new(0);

    public TaskCompletionSource<bool> WasStopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop)
    {
        Started.Release();
        WasStopped.TrySetResult(stop.WaitHandle.WaitOne(duration));
        return new(LookOf(ProfileOf("cpu", "nanoseconds", 2)), 1, 0, "none");
    }
}

/// <summary>A file of a megabyte and a bit.</summary>
sealed class MadeUpFile(string name) : MadeUp(name), IFileRecorder
{
    public string MediaType => "application/x-test";

    public string FileExtension => ".test";

    public static byte[] Content()
    {
        var bytes = new byte[1_000_003];
        new Random(29).NextBytes(bytes);
        return bytes;
    }

    public FileRecording Record(ITarget target, TimeSpan duration, Stream output, CancellationToken stop)
    {
        output.Write(Content());
        return new(1_000_003, duration, Known<long>.Of(0, default), []);
    }
}

/// <summary>Figures, of which one is unknown and one grows.</summary>
sealed class MadeUpFigures(string name) : MadeUp(name), IMeasurementInstrument
{
    int _looks;

    public Look<IReadOnlyList<Measurement>> Collect(ITarget target, CancellationToken cancellation) => new(
        [
            new("test.size", "By", MeasurementKind.Gauge, Known<double>.Of(42.5, Provenance.Read("the test")), [new("colour", "blue")]),
            new("test.looks", "{look}", MeasurementKind.Counter, Known<double>.Of(Interlocked.Increment(ref _looks), Provenance.Read("the test")), []),
            new("test.missing", "1", MeasurementKind.UpDownCounter, Known<double>.Unknown("nobody looked"), []),
        ], DateTimeOffset.UnixEpoch, TimeSpan.Zero, new(), ["A note."]);
}
