using System.Diagnostics.Metrics;
using Vitrine.DotNet.Runtime;
using Vitrine.Instruments;

namespace Vitrine.DotNet.Tests.Runtime;

public sealed class RuntimeMetricsTests
{
    [Fact]
    public void Rows_OneForEachFieldInItsOrder_AndFieldsOfOneNameTogether()
    {
        Assert.Equal(RuntimeSnapshot.FieldCount, RuntimeMetrics.All.Count);
        Assert.Equal(Enum.GetValues<RuntimeField>(), RuntimeMetrics.All.Select(static one => one.Field));
        var runs = RuntimeMetrics.All.Select(static one => one.Name).Aggregate(new List<string>(), static (list, name) => { if (list.LastOrDefault() != name) list.Add(name); return list; });
        Assert.Equal(runs.Distinct(), runs);
        foreach (var group in RuntimeMetrics.All.GroupBy(static one => one.Name))
        {
            Assert.Single(group.Select(static one => (one.Unit, one.Kind, one.Description)).Distinct());
            Assert.Equal(group.Count(), group.Select(static one => one.Attribute).Distinct().Count());
        }
        Assert.All(RuntimeMetrics.All, static one => Assert.True(System.Text.Ascii.IsValid(one.Name + one.Unit + one.Description)));
    }

    /// <summary>Everything that bears the runtime's names means what the runtime's own meter means: same unit, same attributes, same figure.</summary>
    [Fact]
    public void Names_ThatBeginWithDotnet_AreThoseOfTheRuntimesMeterWithItsFigures()
    {
        GC.Collect();
        using var reader = new RuntimeReader();
        Dictionary<string, string> units = [];
        Dictionary<string, double> truth = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name != "System.Runtime") return;
            units[instrument.Name] = instrument.Unit ?? "";
            self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => truth[Key(instrument.Name, tags)] = value);
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => truth[Key(instrument.Name, tags)] = value);
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => truth[Key(instrument.Name, tags)] = value);
        listener.Start();

        RuntimeSnapshot before, after;
        do
        {
            truth.Clear();
            reader.Capture(out before);
            listener.RecordObservableInstruments();
            reader.Capture(out after);
        }
        while (before[RuntimeField.LastIndex] != after[RuntimeField.LastIndex]);

        var ours = RuntimeMetrics.All.Where(static one => one.Name.StartsWith("dotnet.", StringComparison.Ordinal)).ToList();
        Assert.True(ours.Count > 20);
        foreach (var metric in ours)
        {
            Assert.Equal(units[metric.Name], metric.Unit);
            var value = truth[metric.Name + (metric.Attribute is { } one ? $"|{one.Key}={one.Value}" : "")];
            if (metric.Field is RuntimeField.WorkingSet or RuntimeField.PoolThreads or RuntimeField.PoolQueued)
                continue; // these go up and down in between; they are compared elsewhere
            var (low, high) = (metric.InUnit(before[metric.Field].Value), metric.InUnit(after[metric.Field].Value));
            Assert.True(value >= low - 1e-9 && value <= high + 1e-9, $"{metric.Field}: {low} .. {value} .. {high}");
        }
        // What the meter has and the snapshot leaves out is known and written in the documentation.
        Assert.Equal(["dotnet.assembly.count", "dotnet.exceptions"], units.Keys.Except(ours.Select(static one => one.Name)).Order());

        static string Key(string name, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var tag in tags)
                name += $"|{tag.Key}={tag.Value}";
            return name;
        }
    }

    [Fact]
    public void Collect_MemstatsAndRuntime_AreMeasurementsOfTheSnapshot()
    {
        GC.Collect();
        using var reader = new RuntimeReader();
        var registry = new InstrumentRegistry().Add(RuntimeInstrument.MemStats(reader)).Add(RuntimeInstrument.Runtime(reader));
        Assert.Equal(["memstats", "runtime"], registry.All.Select(static one => one.Name));

        var all = RuntimeInstrument.Runtime(reader).Collect(SelfTarget.Instance, default);
        var memory = RuntimeInstrument.MemStats(reader).Collect(SelfTarget.Instance, default);

        Assert.Equal(RuntimeSnapshot.FieldCount, all.Result.Count);
        Assert.True(memory.Result.Count < all.Result.Count);
        var uptime = all.Result.Single(static one => one.Name == "process.uptime");
        Assert.InRange(uptime.Value.Value, (DateTime.Now - System.Diagnostics.Process.GetCurrentProcess().StartTime).TotalSeconds - 30, double.MaxValue);
        Assert.Equal(ProvenanceKind.Read, uptime.Value.Provenance.Kind);
        Assert.Equal(5, memory.Result.Count(static one => one.Name == "dotnet.gc.last_collection.heap.size"));
    }

    [Fact]
    public void Collect_OfAnotherProcess_IsRefusedWithAdvice()
    {
        using var reader = new RuntimeReader();
        var instrument = RuntimeInstrument.Runtime(reader);

        Assert.False(instrument.AvailableFor(new Other()).CanLook);
        Assert.True(instrument.AvailableFor(SelfTarget.Instance).CanLook);
        var refused = Assert.Throws<InstrumentUnavailableException>(() => instrument.Collect(new Other(), default));
        Assert.NotEmpty(refused.Advice);
    }

    sealed class Other : ITarget
    {
        public int Pid => 1;
        public RuntimeKind Runtime => RuntimeKind.DotNet;
        public string RuntimeVersion => "";
        public string Name => "init";
    }
}
