namespace Vitrine.Guard.Identity;

/// <summary>
/// Who may look: the section <c>Identity</c> of the guard's settings. Nothing configured = direct callers of this machine only. Collections are empty by default and mean what their comment says then,
/// because binding a configuration adds to a collection.
/// </summary>
public sealed class IdentityOptions
{
    /// <summary>Bearer tokens; null = none are looked at.</summary>
    public JwtOptions? Jwt { get; set; }

    /// <summary>Certificates of mutual TLS; null = none are looked at.</summary>
    public CertificateOptions? Certificates { get; set; }

    /// <summary>Users of this machine at a Unix socket.</summary>
    public UnixPeerOptions UnixPeers { get; set; } = new();

    /// <summary>Programs of this machine over loopback, without any credentials.</summary>
    public LocalOptions Local { get; set; } = new();

    /// <summary>From where, and which proxies are believed.</summary>
    public AddressOptions Addresses { get; set; } = new();

    /// <summary>How long a token or certificate that was checked is known without checking it again, in seconds; 1 to 3600. A key that is taken away takes effect within this time.</summary>
    public int CacheSeconds { get; set; } = 60;

    /// <summary>How many of them are kept; 16 to 65536.</summary>
    public int CacheEntries { get; set; } = 1024;

    /// <summary>Whether programs of this machine are let in without credentials.</summary>
    internal bool IsLocalAllowed => Local.Allow ?? (Jwt is null && Certificates is null && UnixPeers is { Users.Count: 0, Groups.Count: 0 });

    internal void Check(ICollection<string> problems)
    {
        if (CacheSeconds is < 1 or > 3600) problems.Add("Identity:CacheSeconds: from 1 to 3600 seconds.");
        if (CacheEntries is < 16 or > 65536) problems.Add("Identity:CacheEntries: from 16 to 65536.");
        if (UnixPeers is null || Local is null || Addresses is null) problems.Add("Identity: UnixPeers, Local and Addresses cannot be null; leave them out instead.");
    }
}
