using System.Diagnostics.Metrics;
using Vitrine.DotNet.Meters;
using Vitrine.DotNet.Runtime;
using Vitrine.Instruments;

namespace Vitrine.DotNet.Tests.Meters;

public sealed class RuntimeMeterTests
{
    static Dictionary<string, double> Collect(string meter)
    {
        Dictionary<string, double> values = [];
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == meter) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => values[Key(instrument, tags)] = value);
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => values[Key(instrument, tags)] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return values;
    }

    static string Key(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags) => $"{instrument.Name}{{{string.Join(',', tags.ToArray().Select(static one => $"{one.Key}={one.Value}"))}}}";

    [Fact]
    public void Meter_WhatTheRuntimesOwnMeterHasToo_IsTheSame()
    {
        GC.Collect();
        using var reader = new RuntimeReader();
        using var meter = new RuntimeMeter(reader);

        var ours = Collect(RuntimeMeter.Name);
        var theirs = Collect("System.Runtime");

        foreach (var steady in (string[])["dotnet.gc.collections{gc.heap.generation=gen2}", "dotnet.process.cpu.count{}", "dotnet.gc.last_collection.heap.size{gc.heap.generation=poh}"])
            Assert.Equal(theirs[steady], ours[steady]);
        Assert.Equal(RuntimeMetrics.All.Count(metric => ours.ContainsKey(metric.Attribute is { } a ? $"{metric.Name}{{{a.Key}={a.Value}}}" : metric.Name + "{}")), ours.Count);
        Assert.InRange(ours.Count, 40, RuntimeMetrics.All.Count);
    }

    [Fact]
    public void Meter_Disposed_IsGone()
    {
        using var reader = new RuntimeReader();
        new RuntimeMeter(reader).Dispose();

        Assert.Empty(Collect(RuntimeMeter.Name));
    }

    [Fact]
    public void Meter_Instruments_AreOfTheKindThatTheConventionsSay()
    {
        using var reader = new RuntimeReader();
        using var meter = new RuntimeMeter(reader);
        Dictionary<string, Instrument> instruments = [];
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == RuntimeMeter.Name) instruments[instrument.Name] = instrument;
            },
        };
        listener.Start();

        Assert.All(RuntimeMetrics.All, metric =>
        {
            var instrument = instruments[metric.Name];
            Assert.Equal(metric.Unit, instrument.Unit);
            Assert.Equal(metric.Kind, instrument switch
            {
                ObservableCounter<double> => MeasurementKind.Counter,
                ObservableUpDownCounter<double> => MeasurementKind.UpDownCounter,
                _ => MeasurementKind.Gauge,
            });
        });
    }
}
