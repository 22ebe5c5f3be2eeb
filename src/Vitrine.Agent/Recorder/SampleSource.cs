using System.Text.Json;
using Vitrine.Go;
using Vitrine.Go.Binary;
using Vitrine.Go.Memory;
using Vitrine.Instruments;

namespace Vitrine.Agent.Recorder;

/// <summary>A few figures of memory every second: the background before which events are read.</summary>
sealed class SampleSource(GoTarget target) : IEventSource
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    public string Name => "sample";

    public ReadingBill Reading { get; } = new();

    ReadingBill? IEventSource.Reading => Reading;

    public async Task Run(FlightRecorder recorder, CancellationToken cancellation)
    {
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                var look = Reading.Of(() => MemStatsReader.Read(target));
                recorder.Events.Add(RecordedEvent.Of(look.CapturedAt, Name, "memstats", json =>
                {
                    Write(json, "goroutines", look.Result.NumGoroutine.Select(static value => (ulong)value));
                    Write(json, "heapAllocBytes", look.Result.HeapAlloc);
                    Write(json, "heapObjects", look.Result.HeapObjects);
                    Write(json, "heapInuseBytes", look.Result.HeapInuse);
                    Write(json, "sysBytes", look.Result.Sys);
                    Write(json, "nextGCBytes", look.Result.NextGC);
                    Write(json, "numGC", look.Result.NumGC.Select(static value => (ulong)value));
                }));
                await Task.Delay(Every, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (GoBinaryException)
        {
            // Without the runtime's globals there are no figures; the other sources do not need them.
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => target.Dispose();

    static void Write(Utf8JsonWriter json, string name, Known<ulong> figure)
    {
        if (figure.TryGet(out var value))
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }
}
