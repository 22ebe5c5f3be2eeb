using Vitrine.Agent.Gate.Forwarding;
using Vitrine.Go.Goroutines.Formats;
using Vitrine.Instruments;

namespace Vitrine.Agent.Gate.Services;

/// <summary>The goroutines: as a profile, and as Go's own text. The text is always from outside: the service would stop all of its goroutines to write it.</summary>
sealed class GateGoroutines(IProfileInstrument outside, ForwardedProfile? forwarded) : GateProfile("goroutine", outside.Description, outside, forwarded), ITextInstrument
{
    /// <inheritdoc/>
    public void WriteText(ITarget target, TextWriter output, CancellationToken cancellation) => Choice.Take("goroutine", (GateTarget)target, go =>
    {
        GoText.Write(go.ReadGoroutines(cancellation: cancellation), output);
        return true;
    }, null, out _);
}
