using System.Net;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Limits;

namespace Vitrine.Guard;

/// <summary>The options as decisions use them: computed once, immutable, exchanged as a whole.</summary>
sealed class GuardSettings(GuardOptions options, TimeProvider time)
{
    static readonly Caller s_local = new() { Name = "local", Kind = CallerKind.Local, Permissions = new(["pprof:read:*", "metrics:read:*", "vars:read:*", "switch:read:*", "switch:write:*"]) };
    static readonly Refusal s_notLocal = new(RefusalKind.Forbidden, "Vitrine answers only callers on the same machine.");

    public GuardOptions Options { get; } = options;

    public LimitSettings Limits { get; } = new(options.Limits, time);

    public Rate Refusals { get; } = Rate.PerMinute(options.Audit.RefusalsPerMinute, options.Audit.RefusalsBurst, time);

    /// <summary>Who it is.</summary>
    public ValueTask<CallerFinding> Resolve(Credentials credentials, CancellationToken cancellation) => new(
        credentials.Address is { } address && IPAddress.IsLoopback(address)
            ? new CallerFinding(s_local, null, null, address)
            : new CallerFinding(null, s_notLocal, "not from loopback", credentials.Address));
}
