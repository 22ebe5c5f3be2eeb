namespace Vitrine.Guard.Identity;

/// <summary>Certificates of mutual TLS: the section <c>Identity:Certificates</c>.</summary>
public sealed class CertificateOptions
{
    /// <summary>Files with the certificates of the authorities (PEM): roots, and the intermediates between them and the callers. The machine's own list of authorities does not count.</summary>
    public IList<string> AuthorityFiles { get; } = [];

    /// <summary>Whether the authorities are asked over the network whether a certificate was revoked. A certificate of which that cannot be learnt is then refused.</summary>
    public bool CheckRevocation { get; set; }

    /// <summary>Which certificates have which roles. One that no entry matches is known and may do nothing.</summary>
    public IList<CertificateCallerOptions> Callers { get; } = [];
}
