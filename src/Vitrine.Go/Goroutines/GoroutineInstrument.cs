using Vitrine.Go.Goroutines.Formats;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.Go.Goroutines;

/// <summary>The instrument <c>goroutine</c>: the stacks of all goroutines, as <c>pprof.Lookup("goroutine")</c> gives them, without the stop it makes.</summary>
public sealed class GoroutineInstrument : IProfileInstrument
{
    /// <inheritdoc/>
    public string Name => "goroutine";

    /// <inheritdoc/>
    public string Description => "stacks of all goroutines";

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Reads;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) => target is GoTarget ? Availability.Yes : Availability.No("Only a Go process has goroutines.");

    /// <inheritdoc/>
    public Look<Profile> Collect(ITarget target, CancellationToken cancellation)
    {
        if (target is not GoTarget go)
            throw new InstrumentUnavailableException("Only a Go process has goroutines.");
        GoroutineDump dump = go.ReadGoroutines(new GoroutineDumpOptions { WithWaits = false }, cancellation);
        GoroutineConsistency seen = dump.Consistency;
        var notes = new List<string>(dump.Notes);
        if (seen.Running > 0)
            notes.Add($"{seen.Running} goroutines were running: they are counted without a stack, which cannot be known from outside.");
        if (seen.Torn > 0)
            notes.Add($"{seen.Torn} goroutines changed at every attempt to read them: they are counted without a stack.");
        return new Look<Profile>(
            GoroutineProfile.Of(dump),
            dump.CapturedAt,
            dump.Duration,
            new Consistency { Total = seen.Total, Accepted = seen.Accepted, Retried = seen.Retried, Torn = seen.Torn, Running = seen.Running, SkewMs = seen.SkewMs },
            notes);
    }
}
