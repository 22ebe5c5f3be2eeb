using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Vitrine.AspNetCore.Continuous;
using Vitrine.Instruments;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;

namespace Vitrine.AspNetCore.Tests.Continuous;

public sealed class ContinuousProfilesTests
{
    /// <summary>A recorder that sees one <c>Wait</c> for each recording.</summary>
    sealed class Waits : TestInstrument, IProfileRecorder
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
        using var accumulation = new Accumulation(waits, TimeSpan.FromMinutes(10));

        var first = accumulation.Collect(default);
        await Wait.Until(() => accumulation.Collect(default).Samples[0].Values[0] >= 50, "it grows with each look, long before a recording's time is over");

        Assert.Equal(10, first.Samples[0].Values[0]);
        Assert.StartsWith("Added up from 1 recordings", Assert.Single(first.Comments), StringComparison.Ordinal);
        Assert.Single(accumulation.Collect(default).Comments);
    }

    [Fact]
    public void Collect_NothingCanBeRecorded_SaysWhy()
    {
        using var accumulation = new Accumulation(new Waits { Fails = true }, TimeSpan.FromSeconds(10));

        Assert.Equal("The port is closed. Open it.", Assert.Throws<InstrumentUnavailableException>(() => accumulation.Collect(default)).Message);
    }

    [Fact]
    public void Dispose_EndsTheRecording()
    {
        var waits = new Waits();
        new Accumulation(waits, TimeSpan.FromMinutes(10)).Dispose();

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
