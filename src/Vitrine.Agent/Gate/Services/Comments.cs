using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.Agent.Gate.Services;

/// <summary>What a profile says of how it was made, in its comments: <c>go tool pprof</c> shows them with <c>-comments</c>.</summary>
static class Comments
{
    /// <summary>The profile with the words of who made it first, and what the reader must know behind them.</summary>
    public static Profile Of(Profile profile, AnswerSource source, string whyForwarded, IReadOnlyList<string> notes)
    {
        var first = source == AnswerSource.Outside
            ? "vitrine gate: seen from outside; the service did nothing for it"
            : $"vitrine gate: forwarded; the service's own pprof made it. {whyForwarded}".TrimEnd();
        return profile.WithComments([first, .. profile.Comments, .. notes.Where(note => !profile.Comments.Contains(note))]);
    }

    /// <summary>Whether one of both can look.</summary>
    public static Availability Availability(ITarget target, IInstrument? outside, IInstrument? forwarded)
    {
        var gate = (GateTarget)target;
        var seen = outside is null ? Instruments.Availability.No("it cannot be seen from outside")
            : gate.Go is { } go ? outside.AvailableFor(go)
            : Instruments.Availability.No(gate.WhyNotOutside);
        return seen.CanLook != false || forwarded is null ? seen : forwarded.AvailableFor(target);
    }
}
