using System.Buffers;
using System.Diagnostics.Metrics;
using Vitrine.DotNet;
using Vitrine.DotNet.Publishing;
using Vitrine.DotNet.Runtime;
using Vitrine.DotNet.Writing;

namespace Vitrine.DotNetBench;

/// <summary>A snapshot of everything beside the runtime's own meter, and what becomes of a snapshot.</summary>
static class Snapshots
{
    // Where results go, so that the compiler cannot leave out a copy that nobody looks at.
    static RuntimeSnapshot s_kept;

    public static (double Nanoseconds, double Bytes) Run(bool quick)
    {
        GC.Collect();
        using var reader = new RuntimeReader();
        using var publisher = RuntimePublisher.Start(TimeSpan.FromMilliseconds(5));
        using var meter = Meter();
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        var instrument = RuntimeInstrument.Runtime(reader);
        reader.Capture(out var snapshot);

        Console.WriteLine("| what | time | allocated |");
        Console.WriteLine("|---|---:|---:|");
        var captured = Measure.Of(quick, () => reader.Capture(out s_kept));
        Measure.Row($"snapshot of {RuntimeSnapshot.FieldCount} figures (`RuntimeReader.Capture`)", captured);
        Measure.Row("the runtime's own meter (`MeterListener` on System.Runtime, 19 instruments)", Measure.Of(quick, meter.RecordObservableInstruments));
        Measure.Row("read the latest published snapshot (`RuntimePublisher.Read`)", Measure.Of(quick, () => publisher.Read(out s_kept)));
        foreach (var format in Enum.GetValues<RuntimeFormat>())
            Measure.Row($"write a page as {format}", Measure.Of(quick, () => { buffer.ResetWrittenCount(); RuntimeWriter.Write(snapshot, format, buffer); }));
        Measure.Row("snapshot as a list of measurements (`RuntimeInstrument.Collect`)", Measure.Of(quick, () => instrument.Collect(SelfTarget.Instance, default)));
        return captured;
    }

    static MeterListener Meter()
    {
        var listener = new MeterListener { InstrumentPublished = static (one, self) => { if (one.Meter.Name == "System.Runtime") self.EnableMeasurementEvents(one); } };
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => { });
        listener.SetMeasurementEventCallback<int>(static (_, _, _, _) => { });
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        listener.Start();
        return listener;
    }
}
