using Microsoft.Extensions.Logging;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Limits;
using Vitrine.Guard.Redaction;

namespace Vitrine.Guard;

/// <summary>The options as decisions use them: computed once, immutable, exchanged as a whole.</summary>
sealed class GuardSettings : IDisposable
{
    // Ten addresses of strangers are written as often as one each may be; what is beyond is counted.
    const int StrangersShare = 10;

    /// <summary>Computes them.</summary>
    /// <exception cref="GuardOptionsException">They are wrong.</exception>
    public GuardSettings(GuardOptions options, TimeProvider time, ILogger log, GuardSettings? before = null)
    {
        GuardOptionsException.ThrowIfAny(options.Problems());
        Redactor = new(Rules(options.Redaction));
        Callers = CallerResolver.Create(options.Identity, options.Policy, time, log, before?.Callers);
        Limits = new(options.Limits, time);
        Refusals = Rate.PerMinute(options.Audit.RefusalsPerMinute, options.Audit.RefusalsBurst, time);
        StrangersRefusals = Rate.PerMinute(options.Audit.RefusalsPerMinute * StrangersShare, options.Audit.RefusalsBurst * StrangersShare, time);
    }

    /// <summary>Who it is, and what that caller may do.</summary>
    public CallerResolver Callers { get; }

    /// <summary>Takes secrets out of answers.</summary>
    public Redactor Redactor { get; }

    /// <summary>How much.</summary>
    public LimitSettings Limits { get; }

    /// <summary>How many refusals of one caller are written one by one.</summary>
    public Rate Refusals { get; }

    /// <summary>How many of all who are not known, wherever they come from.</summary>
    public Rate StrangersRefusals { get; }

    static RedactionRules Rules(RedactionOptions options)
    {
        try
        {
            return RedactionRules.From(options);
        }
        catch (ArgumentException e)
        {
            throw new GuardOptionsException([$"Redaction: {e.Message}"]);
        }
    }

    public void Dispose() => Callers.Dispose();
}
