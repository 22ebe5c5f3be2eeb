using Vitrine.Guard;
using Vitrine.Instruments;

namespace Vitrine.Doors.Looks;

/// <summary>What a call means: which service, which instrument or page of it, and what the guard is asked about it. What there is not is null, and is told only to who was let in.</summary>
/// <param name="Name">The name that was asked for.</param>
/// <param name="Subject">What the guard decides about. The same one for everything that there is not.</param>
/// <param name="Plan">How it will be answered.</param>
sealed record Asked(string Name, LookSubject Subject, LookPlan Plan)
{
    // Names that a caller makes up are neither kept nor recorded, and tell nobody whether there is such an instrument.
    static readonly LookSubject s_unknown = LookSubject.Pprof("unknown");

    static readonly LookSubject s_index = LookSubject.Pprof(PageName.Index), s_commandLine = LookSubject.Pprof(PageName.CommandLine), s_symbol = LookSubject.Pprof(PageName.Symbol);

    public IShownService? Service { get; init; }

    public IInstrument? Instrument { get; init; }

    public IShownPage? Page { get; init; }

    /// <summary>Whether others who ask the same at the same time can have the same answer: what is there at one moment.</summary>
    public bool CanBeShared(LookCall call) => Plan is { Kind: LookKind.Snapshot or LookKind.Text, Fault: null } && !call.IsHeadOnly;

    /// <param name="call">The call.</param>
    /// <param name="service">The service that it names; null when there is none.</param>
    /// <param name="subjectOf">The subject of an instrument.</param>
    public static Asked Of(LookCall call, IShownService? service, Func<string, LookSubject> subjectOf)
    {
        var name = call.Name;
        if (PageSubject(name) is { } subject)
            return new(name, subject, LookPlan.None) { Service = service, Page = service is not null && service.TryGetPage(name, out var page) ? page : null };
        if (service is null || !service.TryGet(name == "profile" ? "cpu" : name, out var instrument)) return new(name, s_unknown, LookPlan.None) { Service = service };
        return new(name, subjectOf(instrument.Name), LookPlan.Of(instrument, name, call.Query, one => IsGrowing(one, service))) { Service = service, Instrument = instrument };
    }

    static LookSubject? PageSubject(string name) => name switch
    {
        PageName.Index => s_index,
        PageName.CommandLine => s_commandLine,
        PageName.Symbol => s_symbol,
        PageName.Metrics => LookSubject.Metrics,
        PageName.Vars => LookSubject.Vars,
        PageName.Switches => LookSubject.ReadSwitches,
        _ => null,
    };

    static bool IsGrowing(ICumulativeInstrument instrument, IShownService service)
    {
        try
        {
            var target = service.Open();
            try
            {
                return instrument.IsGrowing(target);
            }
            finally
            {
                (target as IDisposable)?.Dispose();
            }
        }
        catch (InstrumentUnavailableException)
        {
            return false;   // the look itself will say so
        }
    }
}
