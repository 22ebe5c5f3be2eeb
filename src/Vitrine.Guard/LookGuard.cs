using System.Net;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Policy;

namespace Vitrine.Guard;

/// <summary>The one guard before every look.</summary>
public sealed class LookGuard
{
    static readonly Caller s_local = new() { Name = "local", Kind = CallerKind.Local, Permissions = new(["pprof:read:*", "metrics:read:*", "vars:read:*", "switch:read:*", "switch:write:*"]) };

    /// <summary>Decides, and records the decision.</summary>
    /// <param name="request">The look.</param>
    /// <param name="gone">Cancelled when the caller is.</param>
    public ValueTask<Admission> Admit(LookRequest request, CancellationToken gone)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ValueTask.FromResult(request.Credentials.Address is { } address && IPAddress.IsLoopback(address)
            ? new Admission(new LookPermit(s_local, gone))
            : new Admission(new Refusal(RefusalKind.Forbidden, "Vitrine answers only callers on the same machine.")));
    }
}
