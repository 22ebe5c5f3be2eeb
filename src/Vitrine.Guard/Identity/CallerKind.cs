namespace Vitrine.Guard.Identity;

/// <summary>By what somebody is known.</summary>
public enum CallerKind
{
    /// <summary>A program on this machine, directly; only where no identity is configured.</summary>
    Local,

    /// <summary>A bearer token.</summary>
    Token,

    /// <summary>A certificate of mutual TLS.</summary>
    Certificate,

    /// <summary>A user of this machine, by the peer of a Unix socket.</summary>
    UnixPeer,
}
