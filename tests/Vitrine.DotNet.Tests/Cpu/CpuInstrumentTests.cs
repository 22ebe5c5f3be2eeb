using System.Diagnostics;
using Vitrine.DotNet.Cpu;
using Vitrine.DotNet.Labels;
using Vitrine.Instruments;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Processes;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;

namespace Vitrine.DotNet.Tests.Cpu;

public sealed class CpuInstrumentTests
{
    static readonly TimeSpan s_short = TimeSpan.FromSeconds(0.3);

    [Theory]
    [InlineData(CpuBackend.PerfProcessors, "of each processor")]
    [InlineData(CpuBackend.PerfThreads, "of each thread")]
    [InlineData(CpuBackend.EventPipe, "EventPipe")]
    public void Record_ForcedBackend_SaysWhichAndHowFarOff(CpuBackend backend, string words)
    {
        var recording = new CpuInstrument(new() { Backend = backend }).Record(SelfTarget.Instance, s_short, default);
        var profile = recording.Look.Result;

        Assert.Equal(["samples/count", "cpu/nanoseconds"], profile.SampleTypes.Select(static one => $"{one.Type}/{one.Unit}"));
        Assert.Contains(profile.Comments, comment => comment.Contains(words, StringComparison.Ordinal));
        Assert.Contains(profile.Comments, static comment => comment.Contains("the kernel's clock of the process says", StringComparison.Ordinal));
        Assert.Contains(profile.Comments, static comment => comment.Contains("In the kernel", StringComparison.Ordinal));
        Assert.Equal(profile.Comments, recording.Look.Notes);
        using var stream = new MemoryStream();
        ProfileWriter.Write(profile, stream);
        Assert.True(stream.Length > 0);
    }

    [Fact]
    public void Record_WhileAnotherRecords_IsRefused()
    {
        using var cancel = new CancellationTokenSource();
        var first = Task.Run(() => new CpuInstrument().Record(SelfTarget.Instance, TimeSpan.FromMinutes(1), cancel.Token));
        Assert.True(SpinWait.SpinUntil(static () => CpuInstrument.IsSampling, TimeSpan.FromSeconds(60)));

        var refused = Assert.Throws<InstrumentUnavailableException>(() => new CpuInstrument().Record(SelfTarget.Instance, s_short, default));
        Assert.Contains("already", refused.Message, StringComparison.Ordinal);
        cancel.Cancel();
        Assert.True(first.Result.Look.Duration < TimeSpan.FromMinutes(1));
        new CpuInstrument().Record(SelfTarget.Instance, TimeSpan.FromMilliseconds(10), default);
    }

    [Theory]
    [InlineData(CpuBackend.PerfThreads)]
    [InlineData(CpuBackend.EventPipe)]
    public void Record_Ended_LeavesNothingOpenAndNoThread(CpuBackend backend)
    {
        var instrument = new CpuInstrument(new() { Backend = backend });
        instrument.Record(SelfTarget.Instance, TimeSpan.FromMilliseconds(50), default);
        var before = Open();
        for (var i = 0; i < 3; i++) instrument.Record(SelfTarget.Instance, TimeSpan.FromMilliseconds(50), default);

        // What is opened for a recording: events, and connections to the runtime. Assemblies that are loaded meanwhile stay open, by the runtime.
        Assert.True(SpinWait.SpinUntil(() => { Thread.Sleep(20); return Open() <= before; }, TimeSpan.FromSeconds(20)), $"{before} descriptors before, {Open()} after");
        Assert.DoesNotContain(LinuxProcess.Open(Environment.ProcessId).Threads(), static thread => thread.Name == PerfSampler.ThreadName);
        Assert.False(ProfileLabels.IsRead);

        static int Open()
        {
            var process = LinuxProcess.Open(Environment.ProcessId);
            return process.FileDescriptors().Count(one => process.ReadFileDescriptor(one) is { } link && (link.Contains("perf_event", StringComparison.Ordinal) || link.StartsWith("socket:", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Record_OverItsBudget_IsCutOffCleanedUpAndSaysSo()
    {
        var recording = new CpuInstrument(new() { Backend = CpuBackend.PerfThreads, MaximumShare = 1e-7 }).Record(SelfTarget.Instance, TimeSpan.FromMinutes(2), default);

        Assert.InRange(recording.Look.Duration, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(60));
        Assert.Contains(recording.Look.Notes, static note => note.StartsWith("Cut off", StringComparison.Ordinal));
    }

    [Fact]
    public void Record_LittleMemory_JoinsInBetweenAndLosesNothing()
    {
        var scene = Scene.Play(new() { Backend = CpuBackend.PerfThreads, RateHz = 997, MaximumBytes = 16 << 20 }, ("loop", Work.Loop, TimeSpan.FromSeconds(1.2)));

        Assert.Equal(0, scene.Recording.Lost);
        Assert.InRange(Scene.Count(scene.Of("loop").Where(sample => scene.Has(sample, nameof(Work.Loop)))), 1000, 1300);
    }

    [Fact]
    public void Sampler_Draining_AllocatesNothing()
    {
        using var arena = new SampleArena(32 << 20);
        using var sampler = new PerfSampler(PerfEventRings.OpenThreads(new() { FrequencyHz = 499 }), arena, 0);
        var thread = new Thread(() => Work.Until(Work.Loop, TimeSpan.FromSeconds(0.5)));
        thread.Start();
        thread.Join();
        sampler.Stop();

        Assert.True(sampler.Samples > 100);
        Assert.Equal(0, sampler.AllocatedBytes);
        Assert.Equal(0, arena.Dropped);
    }

    [Theory]
    [InlineData(CpuBackend.PerfThreads)]
    [InlineData(CpuBackend.EventPipe)]
    public void Record_WorkWithLabelsAndATrace_SamplesCarryThem(CpuBackend backend)
    {
        using var source = new ActivitySource("vitrine.tests.cpu");
        using var listener = new ActivityListener { ShouldListenTo = one => ReferenceEquals(one, source) || one.Name == "vitrine.tests.cpu", Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded };
        ActivitySource.AddActivityListener(listener);
        var known = new HashSet<(string, string)>();
        var scene = Scene.Play(
            new() { Backend = backend, RateHz = 199 },
            ("request", () =>
            {
                using var activity = source.StartActivity("request");
                using var labels = ProfileLabels.Scope(("tenant", "blue"));
                known.Add((activity!.TraceId.ToHexString(), activity.SpanId.ToHexString()));
                for (var i = 0; i < 30; i++) Work.Loop();
            }, TimeSpan.Zero),
            ("other", Work.Hash, TimeSpan.FromSeconds(0.3)));

        var request = scene.Of("request").Where(sample => scene.Has(sample, nameof(Work.Loop))).ToList();
        var labelled = request.Where(sample => Text(sample, "tenant") == "blue" && known.Contains((Text(sample, "trace_id"), Text(sample, "span_id")))).ToList();
        Assert.True(Scene.Count(request) > 20);
        Assert.InRange((double)Scene.Nanoseconds(labelled) / Scene.Nanoseconds(request), 0.95, 1);
        Assert.All(scene.Of("other"), static sample => Assert.Equal("", Text(sample, "tenant") + Text(sample, "trace_id")));

        static string Text(Sample sample, string key) => sample.Labels.FirstOrDefault(label => label.Key == key).Text ?? "";
    }
}
