namespace Vitrine.Guard.Identity;

/// <summary>From where somebody looks, as the audit log shows it. The default value is a connection without an address: a Unix socket.</summary>
public readonly record struct ClientAddress
{
    /// <summary>The other end of the connection itself; null for a Unix socket.</summary>
    public NetworkAddress? Connection { get; init; }

    /// <summary>What listed proxies say the client's address is; null when the connection is not from a listed proxy, or nothing was forwarded.</summary>
    public NetworkAddress? Forwarded { get; init; }

    /// <summary>The address that counts: what listed proxies say, else the connection's own.</summary>
    public NetworkAddress? Client => Forwarded ?? Connection;

    /// <summary>Both: <c>192.0.2.1 through 10.0.0.1</c>, <c>192.0.2.1</c>, or <c>unix</c>.</summary>
    public override string ToString() => (Connection, Forwarded) switch
    {
        (null, _) => "unix",
        ({ } connection, null) => connection.ToString(),
        ({ } connection, { } client) => $"{client} through {connection}",
    };
}
