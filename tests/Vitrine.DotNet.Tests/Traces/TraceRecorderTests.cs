using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Nettrace;
using Vitrine.DotNet.Tests.Events;
using Vitrine.DotNet.Traces;
using Vitrine.Instruments;

namespace Vitrine.DotNet.Tests.Traces;

public sealed class TraceRecorderTests
{
    sealed class Everything : INettraceSink
    {
        public Dictionary<string, int> Providers { get; } = [];
        public NettraceSummary Summary { get; private set; }

        public void OnEvent(in NettraceEvent e) => Providers[e.Provider] = Providers.GetValueOrDefault(e.Provider) + 1;

        public void OnEnd(in NettraceSummary summary) => Summary = summary;
    }

    static Everything Read(MemoryStream file)
    {
        var all = new Everything();
        var reader = new NettraceReader(all);
        reader.Feed(file.ToArray());
        all.OnEnd(reader.Finish());
        return all;
    }

    [Fact]
    public void Record_DotNetTracesDefault_IsAWholeFileWithItsMethods()
    {
        using var file = new MemoryStream();
        var recorder = new TraceRecorder();
        var recording = While.Recording(RuntimeKeywords.Jit, stop => recorder.Record(SelfTarget.Instance, TimeSpan.FromSeconds(60), file, stop), static () => GC.Collect());

        var all = Read(file);
        Assert.True(all.Summary.IsComplete);
        Assert.Equal((file.Length, all.Summary.DroppedEvents), (recording.Bytes, recording.Lost.Value));
        Assert.True(all.Providers[EventProviders.Runtime] > 0);
        Assert.True(all.Providers[EventProviders.Rundown] > 1000);
        Assert.Equal((".nettrace", Disturbance.Suspends), (recorder.FileExtension, recorder.Disturbance));
        Assert.Equal(0x100003801Dul, TraceOptions.DotNetTraceDefault[0].Keywords); // what `dotnet-trace list-profiles` says of dotnet-common
    }

    [Fact]
    public void Record_NearTheLargestSize_EndsEarlyAndIsWhole()
    {
        using var file = new MemoryStream();
        var recorder = new TraceRecorder(new() { Providers = [EventProvider.Runtime(RuntimeKeywords.Exception, System.Diagnostics.Tracing.EventLevel.Verbose)], Rundown = false, MaximumBytes = 20_000_000 });
        using var stop = new CancellationTokenSource();
        var storm = Task.Run(() =>
        {
            var thrown = 0;
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    throw new InvalidOperationException();
                }
                catch (InvalidOperationException)
                {
                    // Some megabytes in a second, so that what comes within a step of the recorder is less than what it keeps free, also when the machine is busy and a step takes longer.
                    if (++thrown % 10 == 0) Thread.Sleep(1);
                }
            }
        });
        FileRecording recording;
        try
        {
            recording = recorder.Record(SelfTarget.Instance, TimeSpan.FromSeconds(60), file, default);
        }
        finally
        {
            // Also when the recording failed: the tests after this one count exceptions.
            stop.Cancel();
            storm.GetAwaiter().GetResult();
        }

        Assert.InRange(file.Length, 10_000_000, 20_000_000);
        Assert.True(Read(file).Summary.IsComplete);
        Assert.StartsWith("Ended after", recording.Notes.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Record_TheNamesAloneAreTooLarge_WritesNothing()
    {
        using var file = new MemoryStream();
        var recorder = new TraceRecorder(new() { MaximumBytes = 20_000 });

        var refused = Assert.Throws<InstrumentUnavailableException>(() => recorder.Record(SelfTarget.Instance, TimeSpan.FromMilliseconds(50), file, default));
        Assert.Contains("no whole trace", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, file.Length);
        Assert.False(While.IsOn(RuntimeKeywords.Jit));
    }
}
