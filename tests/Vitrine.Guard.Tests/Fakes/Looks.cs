using System.Net;
using Vitrine.Guard.Identity;

namespace Vitrine.Guard.Tests.Fakes;

/// <summary>Requests as doors make them.</summary>
static class Looks
{
    public static readonly LookSubject Heap = LookSubject.Pprof("heap");
    public static readonly LookSubject Cpu = LookSubject.Pprof("cpu");
    public static readonly LookSubject Goroutine = LookSubject.Pprof("goroutine");

    static readonly Credentials s_local = new() { Address = IPAddress.Loopback };

    /// <summary>A direct caller of this machine.</summary>
    public static LookRequest Of(LookSubject subject, double seconds = 0, string? sharing = null, string service = "self") =>
        new() { Door = "http", Service = service, Subject = subject, Duration = TimeSpan.FromSeconds(seconds), Credentials = s_local, Sharing = sharing };

    /// <summary>A caller from elsewhere.</summary>
    public static LookRequest From(string address, LookSubject subject) => Of(subject) with { Credentials = new() { Address = IPAddress.Parse(address) } };

    /// <summary>Options without any limit of rate, for tests of something else.</summary>
    public static GuardOptions Unlimited(int looks = 3) => new() { Limits = { Looks = looks, Burst = 1_000_000, RatePerMinute = 1_000_000, FailedAttemptsBurst = 1_000_000 }, Switches = { Environment = "" } };

    /// <summary>Decides without waiting; nothing in these tests has to be fetched.</summary>
    public static Admission Ask(this LookGuard guard, LookRequest request, CancellationToken gone = default)
    {
        var admission = guard.Admit(request, gone);
        return admission.IsCompletedSuccessfully ? admission.Result : throw new InvalidOperationException("The guard has to wait for something.");
    }

    /// <summary>The permit of a look that must be allowed.</summary>
    public static LookPermit Permit(this LookGuard guard, LookRequest request, CancellationToken gone = default)
    {
        var admission = guard.Ask(request, gone);
        Assert.True(admission.IsAllowed, admission.Refusal?.Message);
        return admission.Permit;
    }

    /// <summary>The refusal of a look that must not be allowed.</summary>
    public static Refusal Refusal(this LookGuard guard, LookRequest request)
    {
        var admission = guard.Ask(request);
        Assert.False(admission.IsAllowed, "it was allowed");
        return admission.Refusal;
    }
}
