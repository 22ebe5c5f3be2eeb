namespace Vitrine.Guard.Identity;

/// <summary>From where looks are allowed: the section <c>Identity:Addresses</c>.</summary>
public sealed class AddressOptions
{
    /// <summary>Networks (<c>10.0.0.0/8</c>, <c>2001:db8::/32</c>) and addresses from which looks are allowed, for everybody, also with a valid token. Empty = from everywhere. Unix sockets are exempt: their file has a mode.</summary>
    public IList<string> Allow { get; } = [];

    /// <summary>The proxies whose <c>X-Forwarded-For</c> and <c>Forwarded</c> are believed. Empty = none.</summary>
    public IList<string> TrustedProxies { get; } = [];
}
