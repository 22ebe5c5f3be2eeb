using System.Diagnostics.CodeAnalysis;

namespace Vitrine.Guard;

/// <summary>The guard's answer: a permit, or a refusal. Already in the audit log.</summary>
public readonly struct Admission
{
    /// <summary>The look may begin.</summary>
    public Admission(LookPermit permit) => Permit = permit;

    /// <summary>The look may not.</summary>
    public Admission(Refusal refusal) => Refusal = refusal;

    /// <summary>What the look holds while it lasts; null when it is refused.</summary>
    public LookPermit? Permit { get; }

    /// <summary>Why it is refused; null when it is not.</summary>
    public Refusal? Refusal { get; }

    /// <summary>Whether the look may begin.</summary>
    [MemberNotNullWhen(true, nameof(Permit)), MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsAllowed => Permit is not null;
}
