using System.Buffers;
using System.Text;
using Vitrine.Agent.Gate.Forwarding;
using Vitrine.Agent.Gate.Pages;
using Vitrine.Agent.Gate.Services;
using Vitrine.Instruments;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Gate.Services;

/// <summary>A service behind the gate: from outside, else forwarded.</summary>
public sealed class GateServiceTests
{
    [Fact]
    public void Collect_OfAServiceWithoutPprof_IsSeenFromOutside()
    {
        using var process = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "faulty"));
        using var service = new GateService("faulty", new TargetChoice { Pid = process.Pid }, null, [], TimeProvider.System);

        foreach (var name in (string[])["goroutine", "heap", "allocs"])
        {
            using var target = service.Open();
            var profile = Instrument<IProfileInstrument>(service, name).Collect(target, default).Result;

            Assert.NotEmpty(profile.Samples);
            Assert.StartsWith("vitrine gate: seen from outside", profile.Comments[0], StringComparison.Ordinal);
            Assert.Equal(AnswerSource.Outside, target.Source);
        }
    }

    [FullRunOnly("Debian servers")]
    [Fact]
    public void WriteText_OfGoroutines_IsGosTextAndAsksNobody()
    {
        using var server = DebianServer.Start("prometheus");
        using var service = Forwarding(server);
        using var target = service.Open();
        using var text = new StringWriter();

        Instrument<ITextInstrument>(service, "goroutine").WriteText(target, text, default);

        Assert.Equal(AnswerSource.Outside, target.Source);
        Assert.Matches(@"^goroutine \d+ \[[a-z ]+", text.ToString());
        Assert.Contains("net/http.(*Server).Serve(", text.ToString(), StringComparison.Ordinal);
    }

    [FullRunOnly("Debian servers")]
    [Fact]
    public void Collect_WhatTheOutsideCannotSee_IsForwarded()
    {
        using var server = DebianServer.Start("prometheus");
        using var service = Forwarding(server);
        using var target = service.Open();

        var profile = Instrument<IProfileInstrument>(service, "threadcreate").Collect(target, default).Result;

        Assert.Equal(server.Pid, target.Pid);
        Assert.Equal(AnswerSource.Forwarded, target.Source);
        Assert.NotEmpty(profile.Samples);
        Assert.StartsWith("vitrine gate: forwarded", profile.Comments[0], StringComparison.Ordinal);
    }

    [FullRunOnly("Debian servers")]
    [Fact]
    public void Record_OfCpuWhereNoProcessIsSeen_IsForwarded()
    {
        using var server = DebianServer.Start("prometheus");
        // A process that does not exist: whatever the gate answers came from the service itself.
        using var service = new GateService("server", new TargetChoice { PidFile = "/nonexistent" }, new UpstreamClient(UpstreamAddress.Parse(server.Address.ToString())), [], TimeProvider.System);
        using var target = service.Open();

        var recording = Instrument<IProfileRecorder>(service, "cpu").Record(target, TimeSpan.FromSeconds(1), default);

        Assert.Equal(AnswerSource.Forwarded, target.Source);
        Assert.Contains("cpu", recording.Look.Result.SampleTypes.Select(type => type.Type));
        Assert.Contains("nonexistent", recording.Look.Result.Comments[0], StringComparison.Ordinal);
    }

    [FullRunOnly("Debian servers")]
    [Fact]
    public void Record_OfATrace_IsTheServicesOwn()
    {
        using var server = DebianServer.Start("prometheus");
        using var service = Forwarding(server);
        using var target = service.Open();
        using var trace = new MemoryStream();

        var file = Instrument<IFileRecorder>(service, "trace").Record(target, TimeSpan.FromMilliseconds(300), trace, default);

        Assert.Equal(trace.Length, file.Bytes);
        Assert.StartsWith("go 1.", Encoding.ASCII.GetString(trace.ToArray().AsSpan(0, 16)), StringComparison.Ordinal);
    }

    [FullRunOnly("Debian servers")]
    [Fact]
    public void WriteText_WhenTheServiceCannotBeSeen_IsRefusedAndNotForwarded()
    {
        using var server = DebianServer.Start("prometheus");
        using var service = new GateService("server", new TargetChoice { PidFile = "/nonexistent" }, new UpstreamClient(UpstreamAddress.Parse(server.Address.ToString())), [], TimeProvider.System);
        using var target = service.Open();

        Assert.Throws<InstrumentUnavailableException>(() => Instrument<ITextInstrument>(service, "goroutine").WriteText(target, TextWriter.Null, default));
    }

    [Fact]
    public void Open_OfAServiceThatWasStartedAnew_FindsTheNewProcess()
    {
        var fixture = GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "faulty");
        var file = Path.GetTempFileName();
        try
        {
            using var service = new GateService("faulty", new TargetChoice { PidFile = file }, null, [], TimeProvider.System);
            for (var time = 0; time < 2; time++)
            {
                using var process = SampleProcess.Start(fixture);
                File.WriteAllText(file, $"{process.Pid}\n");
                // A pid that was not there a moment ago is looked for again after a pause.
                using var target = Await(service);
                Assert.Equal(process.Pid, target.Pid);
                Assert.NotEmpty(Instrument<IProfileInstrument>(service, "goroutine").Collect(target, default).Result.Samples);
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Open_OfAProcessThatEnded_SaysSo()
    {
        using var process = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "faulty"));
        using var service = new GateService("faulty", new TargetChoice { Pid = process.Pid }, null, [], TimeProvider.System);
        service.Open().Dispose();
        process.Kill();

        Assert.Contains(process.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture), Assert.Throws<InstrumentUnavailableException>(service.Open).Message, StringComparison.Ordinal);
    }

    [FullRunOnly("Debian servers")]
    [Fact]
    public void Write_OfTheCommandLine_IsThatOfTheProcess()
    {
        using var server = DebianServer.Start("prometheus");
        using var service = Forwarding(server);
        var output = new ArrayBufferWriter<byte>();

        Assert.Equal("outside", new CommandLinePage(service).Write(output, "", default));

        Assert.Equal(Encoding.UTF8.GetString(service.Client!.Fetch("debug/pprof/cmdline", TimeSpan.Zero, 1 << 20, default)), Encoding.UTF8.GetString(output.WrittenSpan));
    }

    static GateTarget Await(GateService service)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return service.Open();
            }
            catch (InstrumentUnavailableException) when (tries < 400)
            {
                Thread.Sleep(10);
            }
        }
    }

    static GateService Forwarding(DebianServer server) => new("server", new TargetChoice(), new UpstreamClient(UpstreamAddress.Parse(server.Address.ToString())), [], TimeProvider.System);

    static T Instrument<T>(GateService service, string name) => service.TryGet(name, out var instrument) ? Assert.IsType<T>(instrument, exactMatch: false) : throw new InvalidOperationException(name);
}
