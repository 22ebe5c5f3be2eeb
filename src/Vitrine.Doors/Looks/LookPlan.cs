using System.Globalization;
using Vitrine.Instruments;

namespace Vitrine.Doors.Looks;

/// <summary>How a question will be answered, and how long that will watch. It is made before the guard decides, because the guard wants to know the time; the fault in it is told only to who was let in.</summary>
/// <param name="Kind">How.</param>
/// <param name="Duration">How long it watches; zero for a look at one moment.</param>
/// <param name="IsShort">Whether the time is the one for questions that name none.</param>
/// <param name="Rate">Samples per second; null = the instrument's own.</param>
/// <param name="Fault">What is wrong with the question; null when nothing is.</param>
sealed record LookPlan(LookKind Kind, TimeSpan Duration = default, bool IsShort = false, int? Rate = null, LookFault? Fault = null)
{
    // As Go: the CPU profile watches for 30 seconds when it is not told how long, the trace for one.
    static readonly TimeSpan s_profileTime = TimeSpan.FromSeconds(30);
    static readonly TimeSpan s_traceTime = TimeSpan.FromSeconds(1);
    // The others come within the ten seconds that collectors wait for an answer without seconds, also when the methods have to be listed afterwards on a busy machine.
    static readonly TimeSpan s_shortTime = TimeSpan.FromSeconds(3);
    // Whatever the guard allows: what waits longer is not a look, and a wait handle has no room for much more.
    static readonly TimeSpan s_longest = TimeSpan.FromHours(24);

    public static readonly LookPlan None = new(LookKind.Nothing);

    /// <param name="instrument">What is asked.</param>
    /// <param name="name">Under which name: <c>profile</c> is Go's for <c>cpu</c>, with manners of its own.</param>
    /// <param name="query">How.</param>
    /// <param name="isGrowing">Whether something watches for the instrument now.</param>
    public static LookPlan Of(IInstrument instrument, string name, LookQuery query, Func<ICumulativeInstrument, bool> isGrowing) => Checked(instrument switch
    {
        ITextInstrument when query.Debug >= 2 && !query.HasSeconds => new(LookKind.Text),
        ICumulativeInstrument growing when isGrowing(growing) => query.HasSeconds ? Difference(query) : new(LookKind.Snapshot),
        // Nothing watches all the time: a recording, however the caller asked.
        ICumulativeInstrument and IProfileRecorder recorder => Recording(recorder, name, query),
        IProfileInstrument when !query.HasSeconds => new(LookKind.Snapshot),
        IProfileRecorder recorder => Recording(recorder, name, query),
        IProfileInstrument => Difference(query),
        IMeasurementInstrument => new(LookKind.Figures),
        IFileRecorder => new(LookKind.File, query.FractionalSeconds ?? s_traceTime),
        IEventInstrument => new(LookKind.Events, query.FractionalSeconds ?? s_traceTime),
        _ => new(LookKind.Nothing, Fault: new(LookStatus.NotAvailable, $"Nothing that {name} shows can be sent.")),
    });

    static LookPlan Recording(IProfileRecorder recorder, string name, LookQuery query)
    {
        // Go's CPU profile takes its default for whatever is not a time; the others say what is wrong.
        if (name != "profile" && query.HasSeconds && query.WholeSeconds is null) return Wrong("invalid value for \"seconds\" - must be a positive integer");
        var isShort = recorder.Name != "cpu" && !query.HasSeconds;
        var plan = new LookPlan(LookKind.Recording, isShort ? s_shortTime : query.WholeSeconds ?? s_profileTime, isShort);
        if (string.IsNullOrEmpty(query.Rate)) return plan;
        if (recorder is not IRatedRecorder rated) return Wrong($"\"rate\" parameter is not supported for {name}");
        return int.TryParse(query.Rate, NumberStyles.None, CultureInfo.InvariantCulture, out var rate) && rated.Rates.Contains(rate)
            ? plan with { Rate = rate }
            : Wrong($"invalid value for \"rate\" - one of {string.Join(", ", rated.Rates)}");
    }

    static LookPlan Difference(LookQuery query) => query switch
    {
        { WholeSeconds: null } => Wrong("invalid value for \"seconds\" - must be a positive integer"),
        { Debug: not 0 } => Wrong("seconds and debug params are incompatible"),
        { WholeSeconds: { } duration } => new(LookKind.Difference, duration),
    };

    static LookPlan Checked(LookPlan plan) => plan.Duration <= s_longest ? plan : plan with { Fault = plan.Fault ?? new(LookStatus.BadRequest, "invalid value for \"seconds\" - too long") };

    static LookPlan Wrong(string message) => new(LookKind.Nothing, Fault: new(LookStatus.BadRequest, message));
}
