using Microsoft.Extensions.Logging;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Limits;

namespace Vitrine.Guard;

/// <summary>The options as decisions use them: computed once, immutable, exchanged as a whole.</summary>
sealed class GuardSettings : IDisposable
{
    /// <summary>Computes them.</summary>
    /// <exception cref="GuardOptionsException">They are wrong.</exception>
    public GuardSettings(GuardOptions options, TimeProvider time, ILogger log)
    {
        GuardOptionsException.ThrowIfAny(options.Problems());
        Callers = CallerResolver.Create(options.Identity, options.Policy, time, log);
        Limits = new(options.Limits, time);
        Refusals = Rate.PerMinute(options.Audit.RefusalsPerMinute, options.Audit.RefusalsBurst, time);
    }

    /// <summary>Who it is, and what that caller may do.</summary>
    public CallerResolver Callers { get; }

    /// <summary>How much.</summary>
    public LimitSettings Limits { get; }

    /// <summary>How many refusals of one caller are written one by one.</summary>
    public Rate Refusals { get; }

    public void Dispose() => Callers.Dispose();
}
