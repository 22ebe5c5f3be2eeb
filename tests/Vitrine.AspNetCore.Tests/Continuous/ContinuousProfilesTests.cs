using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Vitrine.AspNetCore.Continuous;
using Vitrine.Instruments;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;

namespace Vitrine.AspNetCore.Tests.Continuous;

public sealed class ContinuousProfilesTests
{
    /// <summary>A recorder that sees one <c>Wait</c> for each recording.</summary>
    sealed class Waits : TestInstrument, IFlowRecorder
    {
        public Waits() : base("block")
        {
        }

        public int Recordings;

        public bool Fails { get; set; }

        public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop)
        {
            if (Fails) throw new InstrumentUnavailableException("The port is closed.", "Open it.");
            stop.WaitHandle.WaitOne(duration);
            var profile = ProfileOf("delay", "nanoseconds", ("Wait", 10)).WithComments([$"recording {Interlocked.Increment(ref Recordings)}"]);
            return new(LookOf(profile), 1, 0, "none");
        }
    }

    [Fact]
    public async Task Collect_IsEverythingSinceTheStart_AtOnce()
    {
        var waits = new Waits();
        using var accumulation = new Accumulation(waits, TimeSpan.FromMinutes(10), NullLogger.Instance);

        var first = accumulation.Collect(default);
        await Wait.Until(() => accumulation.Collect(default).Samples[0].Values[0] >= 50, "it grows with each look, long before a recording's time is over");

        Assert.Equal(10, first.Samples[0].Values[0]);
        Assert.StartsWith("Added up from 1 recordings", Assert.Single(first.Comments), StringComparison.Ordinal);
        Assert.Single(accumulation.Collect(default).Comments);
    }

    /// <summary>A recorder whose whole recordings have what is different in each request.</summary>
    sealed class Traced() : TestInstrument("block"), IFlowRecorder
    {
        static Recording Of(params Label[] labels)
        {
            var builder = new ProfileBuilder(new SampleType("delay", "nanoseconds"));
            builder.AddSample([builder.Location(-1, 0, [new Line(builder.Function("Wait"), 0)])], [10], labels);
            return new(LookOf(builder.Build()), 1, 0, "none");
        }

        public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop) => Of(new Label("trace_id", Guid.NewGuid().ToString("n")));

        public Recording RecordPart(ITarget target, TimeSpan duration, CancellationToken stop) => Of(new Label("tenant", "blue"));
    }

    [Fact]
    public async Task Collect_IsMadeOfParts_WithoutWhatIsDifferentInEachRequest()
    {
        using var accumulation = new Accumulation(new Traced(), TimeSpan.FromMilliseconds(1), NullLogger.Instance);
        await Wait.Until(() => accumulation.Collect(default).Samples[0].Values[0] >= 30, "it grows");

        var sample = Assert.Single(accumulation.Collect(default).Samples);
        Assert.Equal(["tenant=blue"], sample.Labels.Select(static one => $"{one.Key}={one.Text}"));
    }

    [Fact]
    public void Collect_NothingCanBeRecorded_SaysWhy()
    {
        using var accumulation = new Accumulation(new Waits { Fails = true }, TimeSpan.FromSeconds(10), NullLogger.Instance);

        Assert.Equal("The port is closed. Open it.", Assert.Throws<InstrumentUnavailableException>(() => accumulation.Collect(default)).Message);
    }

    /// <summary>Fails in ways that no recorder should, then works.</summary>
    sealed class Faulty(params IReadOnlyList<Func<Profile>> rounds) : TestInstrument("faulty"), IFlowRecorder
    {
        int _round;

        public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop)
        {
            var round = _round++;
            if (round >= rounds.Count) stop.WaitHandle.WaitOne(duration);
            return new(LookOf(rounds[Math.Min(round, rounds.Count - 1)]()), 1, 0, "none");
        }
    }

    [Fact]
    public async Task Recorder_FailsInAWayThatNobodyExpected_IsLogged_AndTheNextRoundIsTried()
    {
        var log = new LogLines();
        var faulty = new Faulty(static () => throw new ArithmeticException("of the test"), static () => TestInstrument.ProfileOf("delay", "nanoseconds", ("Wait", 10)), static () => TestInstrument.ProfileOf("bytes", "bytes", ("Other", 1)),
            static () => TestInstrument.ProfileOf("delay", "nanoseconds", ("Wait", 10)));
        using var accumulation = new Accumulation(faulty, TimeSpan.FromMinutes(10), log.CreateLogger("test"));

        // An exception that is not caught on that thread would end this process.
        await Wait.Until(() => log.Lines.Count >= 2, "both failures are logged");
        await Wait.Until(() => accumulation.Collect(default).Samples[0].Values[0] >= 20, "it goes on");

        Assert.IsType<ArithmeticException>(log.Lines.ElementAt(0).Exception);
        Assert.IsType<IncompatibleProfilesException>(log.Lines.ElementAt(1).Exception);
        Assert.Contains(accumulation.Collect(default).Comments, static one => one.StartsWith("The last recording that failed: Vitrine.Pprof.IncompatibleProfilesException", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Collect_MoreDifferentSamplesThanAreKept_TheKnownOnesGoOnGrowing_AndItSaysHowManyAreLeftOut()
    {
        var faulty = new Faulty(static () => TestInstrument.ProfileOf("delay", "nanoseconds", ("A", 1), ("B", 1)), static () => TestInstrument.ProfileOf("delay", "nanoseconds", ("C", 1), ("A", 1), ("D", 1)));
        using var accumulation = new Accumulation(faulty, TimeSpan.FromMinutes(10), NullLogger.Instance, maximumSamples: 3);

        await Wait.Until(() => accumulation.Collect(default).Samples[0].Values[0] >= 10, "what is known goes on growing");
        var profile = accumulation.Collect(default);

        Assert.Equal(["A", "B", "C"], profile.Functions.Select(static one => one.Name).Order(StringComparer.Ordinal));
        Assert.Equal(3, profile.Samples.Count);
        Assert.Contains(profile.Comments, static one => one.Contains("left out", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("async"), InlineData("cpu"), InlineData("starvation")]
    public async Task SwitchedOn_ARecorderThatIsNoFlow_IsNotAddedUp_AndItSaysSo(string name)
    {
        var log = new LogLines();
        await using var service = await TestService.Start(options => options.Continuous[name] = true, builder => builder.Logging.AddProvider(log));

        Assert.False(service.Services.GetRequiredService<ContinuousProfiles>().TryGet(name, out _));
        Assert.Contains(log.Lines, one => one.Text == $"Vitrine:Continuous:{name} is set, but that profile cannot be watched all the time.");
    }

    [Fact]
    public void Dispose_EndsTheRecording()
    {
        var waits = new Waits();
        new Accumulation(waits, TimeSpan.FromMinutes(10), NullLogger.Instance).Dispose();

        var recordings = waits.Recordings;
        Assert.InRange(recordings, 0, 1);
    }

    [Fact]
    public async Task SwitchedOn_AProfileWithoutSeconds_IsWhatHasGrown_AndSwitchedOff_ItIsNot()
    {
        var waits = new Waits();
        await using var service = await TestService.Start(build: builder => builder.Services.AddSingleton<IInstrument>(waits));

        service.Configure("Vitrine:Continuous:block", "true");
        var first = ProfileReader.Read(await service.Client.GetByteArrayAsync("/debug/pprof/block")).Samples[0].Values[0];
        await Wait.Until(async () => ProfileReader.Read(await service.Client.GetByteArrayAsync("/debug/pprof/block")).Samples[0].Values[0] > first, "it grows");
        Assert.StartsWith("delay", (await service.GetText("/debug/pprof/block?debug=1")).Split("profile: total ")[0].Replace("block ", "delay", StringComparison.Ordinal), StringComparison.Ordinal);

        service.Configure("Vitrine:Continuous:block", "false");
        var recordings = waits.Recordings;
        using var one = await service.Get("/debug/pprof/block?seconds=1");
        Assert.Equal(HttpStatusCode.OK, one.StatusCode);
        Assert.Equal(10, ProfileReader.Read(await one.Content.ReadAsByteArrayAsync()).Samples[0].Values[0]);
        Assert.Equal(recordings + 1, waits.Recordings);
    }
}
