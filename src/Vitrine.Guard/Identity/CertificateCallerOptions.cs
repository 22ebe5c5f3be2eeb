namespace Vitrine.Guard.Identity;

/// <summary>Certificates by what they say, and their roles. Exactly one of <see cref="Subject"/>, <see cref="Dns"/>, <see cref="Email"/> and <see cref="Uri"/>; whole values, no patterns.</summary>
public sealed class CertificateCallerOptions
{
    /// <summary>The whole subject, as <c>CN=alice, O=Example</c>.</summary>
    public string? Subject { get; set; }

    /// <summary>A DNS name among the alternative names.</summary>
    public string? Dns { get; set; }

    /// <summary>An e-mail address among the alternative names.</summary>
    public string? Email { get; set; }

    /// <summary>A URI among the alternative names, such as <c>spiffe://example.org/sre</c>.</summary>
    public string? Uri { get; set; }

    /// <summary>Roles of the policy.</summary>
    public IList<string> Roles { get; } = [];
}
