using System.Diagnostics.CodeAnalysis;

namespace Vitrine.Guard.Identity;

/// <summary>Who it is, or why nobody is let in.</summary>
public readonly struct CallerResult
{
    /// <summary>Somebody known.</summary>
    public CallerResult(Caller caller, ClientAddress address)
    {
        Caller = caller;
        Address = address;
    }

    /// <summary>Nobody known.</summary>
    public CallerResult(Refusal refusal, string privateReason, ClientAddress address)
    {
        Refusal = refusal;
        PrivateReason = privateReason;
        Address = address;
    }

    /// <summary>Who looks; null when nobody is let in.</summary>
    public Caller? Caller { get; }

    /// <summary>What the caller is told; null when there is a <see cref="Caller"/>. For everything that is wrong with a token or a certificate it is the same.</summary>
    public Refusal? Refusal { get; }

    /// <summary>What the audit log is told: the check that failed. It never has a token, a key or a part of either.</summary>
    public string? PrivateReason { get; }

    /// <summary>From where.</summary>
    public ClientAddress Address { get; }

    /// <summary>The credentials were not even checked, because too many from this address did not hold lately: when they may be again. Null otherwise.</summary>
    internal TimeSpan? NotCheckedFor { get; init; }

    /// <summary>Whether there is a caller.</summary>
    [MemberNotNullWhen(true, nameof(Caller)), MemberNotNullWhen(false, nameof(Refusal), nameof(PrivateReason))]
    public bool IsKnown => Caller is not null;
}
