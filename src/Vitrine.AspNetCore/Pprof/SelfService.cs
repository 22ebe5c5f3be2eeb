using System.Diagnostics.CodeAnalysis;
using Vitrine.AspNetCore.Continuous;
using Vitrine.AspNetCore.Metrics;
using Vitrine.Doors.Looks;
using Vitrine.DotNet;
using Vitrine.DotNet.Custom;
using Vitrine.Instruments;

namespace Vitrine.AspNetCore.Pprof;

/// <summary>This process, as doors show it.</summary>
sealed class SelfService(InstrumentRegistry registry, ContinuousProfiles continuous, MetricsPage metrics) : IShownService
{
    readonly CommandLinePage _commandLine = new();

    public string Name => "self";

    public IReadOnlyCollection<IInstrument> Instruments => registry.All;

    public bool TryGet(string name, [MaybeNullWhen(false)] out IInstrument instrument)
    {
        if (!registry.TryGet(name, out instrument)) return false;
        if (instrument is IFlowRecorder recorder && continuous.TryGet(name, out var sum)) instrument = new GrownProfile(recorder, sum);
        return true;
    }

    public bool TryGetPage(string name, [MaybeNullWhen(false)] out IShownPage page)
    {
        page = name switch
        {
            PageName.CommandLine => _commandLine,
            PageName.Metrics => metrics,
            _ => null,
        };
        return page is not null;
    }

    public string WayToGrow(IInstrument instrument) =>
        instrument is ICumulativeInstrument or IFlowRecorder ? $"set {VitrineOptions.Section}:{nameof(VitrineOptions.Continuous)}:{instrument.Name}" : "";

    public long? CountOf(IInstrument instrument) => (instrument as CustomProfile)?.Count;

    public ITarget Open() => SelfTarget.Instance;
}
