using System.Globalization;
using Vitrine.Guard.Limits;

namespace Vitrine.Guard;

/// <summary>What a caller is told for each reason. Only those who may look learn what is switched off, what runs, and how much is allowed.</summary>
static class RefusalWords
{
    static readonly Refusal s_expired = new(RefusalKind.Unauthenticated, "Vitrine does not know who asks: valid credentials are needed.");
    static readonly Refusal s_notPermitted = new(RefusalKind.Forbidden, "You are not permitted to look at this.");
    static readonly Refusal s_notPermittedRaw = new(RefusalKind.Forbidden, "You are not permitted to see this without redaction.");
    static readonly Refusal s_allOff = new(RefusalKind.SwitchedOff, "All looks are switched off.");
    static readonly Refusal s_faulted = new(RefusalKind.Unavailable, "Vitrine could not decide, and refuses.", TimeSpan.FromSeconds(5));
    static readonly Refusal s_notRecorded = new(RefusalKind.Unavailable, "The audit log cannot be written, and nothing is shown without a record.", TimeSpan.FromSeconds(5));

    /// <summary>The refusal for a decision.</summary>
    public static Refusal Of(in LookDecision decision, LookRequest request, LimitSettings limits) => decision.Reason switch
    {
        RefusalReason.Unknown => decision.Refusal!,
        RefusalReason.Expired => s_expired,
        RefusalReason.NotPermitted => s_notPermitted,
        RefusalReason.NotPermittedRaw => s_notPermittedRaw,
        RefusalReason.SwitchedOff => new(RefusalKind.SwitchedOff, $"{request.Subject.Name} is switched off."),
        RefusalReason.AllSwitchedOff => s_allOff,
        RefusalReason.TooLong => new(RefusalKind.TooLong, string.Create(CultureInfo.InvariantCulture, $"A look may watch for at most {limits.MaximumDuration.TotalSeconds:0.###} seconds here.")),
        RefusalReason.TooManyAttempts => TooMany("Too many attempts without valid credentials", decision),
        RefusalReason.TooOften => TooMany("You ask too often", decision),
        RefusalReason.TooSoon => TooMany($"{request.Subject.Name} was looked at just now", decision),
        RefusalReason.AllPlacesTaken => TooMany("There are as many looks running as may run at once", decision),
        RefusalReason.InstrumentTaken => TooMany($"{request.Subject.Name} is being looked at already", decision),
        RefusalReason.TooManySharers => TooMany($"Too many callers wait for the same look at {request.Subject.Name}", decision),
        RefusalReason.NotRecorded => s_notRecorded,
        _ => s_faulted,
    };

    // Whole seconds, as the header has them, and never none at all.
    static Refusal TooMany(string what, in LookDecision decision)
    {
        var seconds = Math.Max(1, Math.Ceiling(decision.RetryAfter.TotalSeconds));
        return new(RefusalKind.TooMany, string.Create(CultureInfo.InvariantCulture, $"{what}: try again in {seconds} s."), TimeSpan.FromSeconds(seconds));
    }
}
